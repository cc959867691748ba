using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace FastChat.Server.Telemetry;

/// <summary>
/// What everything is measured with: one meter and one source of spans, both named <c>FastChat</c>. The instruments themselves stand in the
/// room where the thing happens. While nobody listens, recording costs a look at a field.
/// </summary>
public static class Instruments
{
    /// <summary>The name of both.</summary>
    public const string Name = "FastChat";

    /// <summary>Upper ends of the buckets of a duration, in seconds: fine where a chat feels fast, coarse up to where a sender is refused.</summary>
    private static readonly double[] DurationBuckets =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Upper ends of the buckets of a number of things.</summary>
    private static readonly double[] CountBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    /// <summary>The program's version.</summary>
    public static string Version { get; } =
        typeof(Instruments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Names this run of the program, wherever it is told from others.</summary>
    public static Guid NodeId { get; } = Guid.CreateVersion7();

    /// <summary>Makes instruments.</summary>
    public static Meter Meter { get; } = new(Name, Version);

    /// <summary>Makes spans; null as long as nobody takes them.</summary>
    public static ActivitySource Spans { get; } = new(Name, Version);

    /// <summary>A distribution of durations, in seconds.</summary>
    public static Histogram<double> Duration(string name, string description) => Meter.CreateHistogram(
        name, "s", description, tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets });

    /// <summary>A distribution of numbers of <paramref name="things"/>.</summary>
    public static Histogram<double> Distribution(string name, string things, string description) => Meter.CreateHistogram(
        name, $"{{{things}}}", description, tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = CountBuckets });
}
