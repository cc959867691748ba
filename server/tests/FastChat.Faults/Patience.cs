using System.Globalization;

namespace FastChat.Faults;

/// <summary>
/// Limits on waiting, scaled to the machine. They only decide how long a failure takes to show, so they are generous. A bound that a rule
/// of the contract sets is not one of them: it is asserted on the server's own clock, or by a class that runs alone.
/// </summary>
public static class Patience
{
    /// <summary>The environment variable that holds <see cref="Factor"/>; <c>bin/test</c> sets it from the machine's measured speed.</summary>
    public const string Setting = "FASTCHAT_TEST_PATIENCE";

    /// <summary>How much slower than a quiet two-core machine this one is, 1 to 100.</summary>
    public static double Factor { get; } = Read(Environment.GetEnvironmentVariable(Setting));

    /// <summary>For an answer that a quiet machine gives in milliseconds.</summary>
    public static TimeSpan Answer { get; } = For(30);

    /// <summary>For a server, database or broker to start, and for a program that an operator runs to end.</summary>
    public static TimeSpan Start { get; } = For(180);

    /// <summary>For a process that was asked to stop, or killed.</summary>
    public static TimeSpan Stop { get; } = For(60);

    /// <summary>For a whole test. A test that takes longer fails, and the next one starts.</summary>
    public static TimeSpan Test { get; } = For(480);

    /// <summary>
    /// A bound that a rule of the contract sets, as far as a test beside others can hold the server to it: twice the bound, because the
    /// test's own delays count too. Tests with fake time, and classes that run alone, hold the server to the bound itself.
    /// </summary>
    public static TimeSpan Bound(double seconds) => For(2 * seconds);

    /// <summary>A limit of so many seconds on a quiet machine.</summary>
    public static TimeSpan For(double seconds) => TimeSpan.FromSeconds(seconds * Factor);

    private static double Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 1;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && factor is >= 1 and <= 100
            ? factor
            : throw new InvalidOperationException($"{Setting} is '{text}': it must be a number from 1 to 100, such as 2.5.");
    }
}
