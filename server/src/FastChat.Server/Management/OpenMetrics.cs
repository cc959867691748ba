using System.Globalization;
using System.Text;

namespace FastChat.Server.Management;

/// <summary>Writes metrics in the text format of OpenMetrics 1.0.</summary>
internal static class OpenMetrics
{
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>A whole exposition.</summary>
    public static string Write(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder();

        // Two meters may have instruments of the same name; a family may stand there only once.
        foreach (var metric in metrics.DistinctBy(metric => metric.Name, StringComparer.Ordinal))
        {
            if (metric.Read() is { Count: > 0 } series)
            {
                WriteFamily(text, metric, series);
            }
        }

        return text.Append("# EOF\n").ToString();
    }

    /// <summary>Labels as they stand between braces, sorted by name.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
        {
            labels[LabelName(name)] = Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty);
        }

        return string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""));
    }

    /// <summary>Escapes what ends a label's value or a help text.</summary>
    public static string Escape(string text) => text
        .Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string LabelName(string name)
    {
        var clean = string.Concat(name.Select(one => char.IsAsciiLetterOrDigit(one) ? one : '_'));
        return char.IsAsciiDigit(clean[0]) ? $"_{clean}" : clean;
    }

    private static void WriteFamily(StringBuilder text, Metric metric, IReadOnlyList<SeriesValue> series)
    {
        var kind = metric.Kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" };
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {metric.Name} {kind}\n");
        if (metric.Unit.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"# UNIT {metric.Name} {metric.Unit}\n");
        }

        if (metric.Help.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {metric.Name} {Escape(metric.Help)}\n");
        }

        foreach (var one in series)
        {
            switch (metric.Kind)
            {
                case MetricKind.Counter:
                    Sample(text, metric.Name + "_total", one.Labels, Number(one.Sum));
                    break;
                case MetricKind.Gauge:
                    Sample(text, metric.Name, one.Labels, Number(one.Sum));
                    break;
                default:
                    WriteHistogram(text, metric, one);
                    break;
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, Metric metric, SeriesValue series)
    {
        var below = 0L;
        var prefix = series.Labels.Length > 0 ? series.Labels + "," : string.Empty;
        for (var i = 0; i < series.Buckets.Count; i++)
        {
            below += series.Buckets[i];
            var end = i < metric.Bounds.Count ? Canonical(metric.Bounds[i]) : "+Inf";
            Sample(text, metric.Name + "_bucket", $"{prefix}le=\"{end}\"", Number(below));
        }

        Sample(text, metric.Name + "_count", series.Labels, Number(below));
        Sample(text, metric.Name + "_sum", series.Labels, Number(series.Sum));
    }

    private static void Sample(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>The ends of buckets are written so that every program writes the same: 1.0, not 1.</summary>
    private static string Canonical(double end) => end.ToString(end == Math.Floor(end) ? "F1" : "R", CultureInfo.InvariantCulture);
}
