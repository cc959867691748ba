using System.Diagnostics.Metrics;
using System.Text;

namespace FastChat.Server.Management;

/// <summary>How a metric's values are to be read.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>A distribution.</summary>
    Histogram,
}

/// <summary>What one instrument has measured: a series for each set of labels.</summary>
internal sealed class Metric
{
    /// <summary>More sets of labels than this are not kept: none has so many unless a label is misused.</summary>
    private const int MostSeries = 500;

    private readonly double[] bounds;
    private readonly bool isAbsolute;
    private readonly Dictionary<string, Series> series = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private Series? plain;

    public Metric(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        Kind = type.Contains("UpDown", StringComparison.Ordinal) || type.Contains("Gauge", StringComparison.Ordinal)
            ? MetricKind.Gauge
            : type.StartsWith("Histogram", StringComparison.Ordinal) ? MetricKind.Histogram : MetricKind.Counter;
        isAbsolute = instrument.IsObservable || type.StartsWith("Gauge", StringComparison.Ordinal);
        bounds = [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [0.001, 0.01, 0.1, 1, 10]];
        Instrument = instrument.Name;
        Unit = UnitOf(instrument.Unit);
        Name = NameOf(instrument.Name, Unit);
        Help = instrument.Description ?? string.Empty;
        if (!instrument.IsObservable && Kind != MetricKind.Gauge)
        {
            // Known from the beginning, so that its first event is seen as an increase.
            plain = new Series(string.Empty, bounds.Length, isPlaceholder: true);
        }
    }

    /// <summary>The instrument's name.</summary>
    public string Instrument { get; }

    /// <summary>The name as OpenMetrics has it, the unit included, without <c>_total</c>.</summary>
    public string Name { get; }

    /// <summary>In words that OpenMetrics knows (<c>seconds</c>, <c>bytes</c>); empty if it counts things.</summary>
    public string Unit { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    /// <summary>Upper ends of a histogram's buckets; one more bucket takes the rest.</summary>
    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>Notes a measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (gate)
        {
            if (Find(tags) is { } found)
            {
                found.Record(value, Kind == MetricKind.Histogram ? bounds : null, isAbsolute);
            }
        }
    }

    /// <summary>A copy of all series.</summary>
    public IReadOnlyList<SeriesValue> Read()
    {
        lock (gate)
        {
            var all = series.Values.Select(one => one.Read()).OrderBy(one => one.Labels, StringComparer.Ordinal);
            return plain is { } one && (!one.IsPlaceholder || series.Count == 0) ? [one.Read(), .. all] : [.. all];
        }
    }

    private Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
        {
            plain ??= new Series(string.Empty, bounds.Length, isPlaceholder: false);
            plain.IsPlaceholder = false;
            return plain;
        }

        var labels = OpenMetrics.Labels(tags);
        if (!series.TryGetValue(labels, out var found) && series.Count < MostSeries)
        {
            found = new Series(labels, bounds.Length, isPlaceholder: false);
            series.Add(labels, found);
        }

        return found;
    }

    private static string UnitOf(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        _ => string.Empty,
    };

    private static string NameOf(string instrument, string unit)
    {
        var name = new StringBuilder(instrument.Length + unit.Length + 1);
        foreach (var one in instrument)
        {
            name.Append(char.IsAsciiLetterOrDigit(one) ? one : '_');
        }

        return unit.Length > 0 ? name.Append('_').Append(unit).ToString() : name.ToString();
    }

    private sealed class Series(string labels, int bounds, bool isPlaceholder)
    {
        private readonly long[] buckets = new long[bounds + 1];
        private double sum;
        private long count;

        /// <summary>Nothing was measured without labels yet.</summary>
        public bool IsPlaceholder { get; set; } = isPlaceholder;

        public void Record(double value, double[]? ends, bool isAbsolute)
        {
            sum = isAbsolute ? value : sum + value;
            count++;
            if (ends is not null)
            {
                // The first end that is not below the value; a value at an end belongs to it.
                var at = Array.BinarySearch(ends, value);
                buckets[at < 0 ? ~at : at]++;
            }
        }

        public SeriesValue Read() => new(labels, sum, count, [.. buckets]);
    }
}

/// <summary>A series as it was at a moment.</summary>
/// <param name="Labels">As OpenMetrics writes them, without braces; empty for none.</param>
/// <param name="Sum">The value; of a histogram, the sum of all that was measured.</param>
/// <param name="Count">How often something was measured.</param>
/// <param name="Buckets">Of a histogram: how many fell into each bucket alone; the last is over the last end.</param>
internal sealed record SeriesValue(string Labels, double Sum, long Count, IReadOnlyList<long> Buckets);
