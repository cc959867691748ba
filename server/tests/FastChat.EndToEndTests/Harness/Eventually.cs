namespace FastChat.EndToEndTests.Harness;

/// <summary>Waiting for a condition that nothing announces.</summary>
public static class Eventually
{
    /// <summary>Looks again and again; the test fails when it does not hold within <see cref="Patience.Answer"/>, or the given limit.</summary>
    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, within);

    /// <summary>Looks again and again; the test fails when it does not hold within <see cref="Patience.Answer"/>, or the given limit.</summary>
    public static Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var limit = within ?? Patience.Answer;
        return Polling.UntilAsync(condition, limit, () => $"{what}: this did not come about within {limit.TotalSeconds} s. {Seed.Hint}");
    }
}
