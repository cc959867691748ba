using System.Diagnostics;

namespace FastChat.EndToEndTests.Harness;

/// <summary>Waiting for a condition that nothing announces.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Looks every few milliseconds; the test fails when it does not hold within 30 s, or the given limit.</summary>
    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, within);

    /// <summary>Looks every few milliseconds; the test fails when it does not hold within 30 s, or the given limit.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < (within ?? Limit), $"{what} did not come about. {Seed.Hint}");
            await Task.Delay(5);
        }
    }
}
