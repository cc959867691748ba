using System.Globalization;

namespace FastChat.Faults;

/// <summary>The number that all chance of an experiment comes from: FASTCHAT_SEED, else a new one for each run.</summary>
public static class Seed
{
    /// <summary>This run's seed. Print it wherever a finding is printed.</summary>
    public static int Value { get; } = int.TryParse(Environment.GetEnvironmentVariable("FASTCHAT_SEED"), CultureInfo.InvariantCulture, out var given)
        ? given
        : Random.Shared.Next(1, 1_000_000);

    /// <summary>How to run with the same seed again.</summary>
    public static string Hint => string.Create(CultureInfo.InvariantCulture, $"The seed was {Value}; FASTCHAT_SEED={Value} repeats it.");
}
