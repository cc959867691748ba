using System.Globalization;
using System.Text.RegularExpressions;

namespace FastChat.EndToEndTests.Harness;

/// <summary>A sample of an exposition.</summary>
public sealed record MetricSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A family of an exposition.</summary>
public sealed record MetricFamily(string Name, string Kind, string Unit, string Help, IReadOnlyList<MetricSample> Samples);

/// <summary>Reads the text format of OpenMetrics 1.0 as strictly as its specification is written; anything else fails the test.</summary>
public static partial class OpenMetricsText
{
    private static readonly string[] Order = ["TYPE", "UNIT", "HELP"];

    public static IReadOnlyDictionary<string, MetricFamily> Parse(string text)
    {
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", text, StringComparison.Ordinal);
        var families = new Dictionary<string, MetricFamily>(StringComparer.Ordinal);
        var lines = text[..^"# EOF\n".Length].Split('\n')[..^1];
        for (var i = 0; i < lines.Length;)
        {
            var family = ReadFamily(lines, ref i);
            Assert.True(families.TryAdd(family.Name, family), $"The family {family.Name} stands there twice.");
        }

        return families;
    }

    private static MetricFamily ReadFamily(string[] lines, ref int at)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        var name = "";
        while (at < lines.Length && lines[at].StartsWith('#') && (name.Length == 0 || !lines[at].StartsWith("# TYPE", StringComparison.Ordinal)))
        {
            var meta = Meta().Match(lines[at]);
            Assert.True(meta.Success, $"No line of metadata: {lines[at]}");
            name = name.Length == 0 ? meta.Groups["name"].Value : name;
            Assert.Equal(name, meta.Groups["name"].Value);
            Assert.True(said.TryAdd(meta.Groups["what"].Value, meta.Groups["text"].Value), $"Said twice: {lines[at]}");
            at++;
        }

        Assert.Equal(said.Keys.OrderBy(what => Array.IndexOf(Order, what)), said.Keys);
        var samples = new List<MetricSample>();
        while (at < lines.Length && !lines[at].StartsWith('#'))
        {
            samples.Add(ReadSample(lines[at++]));
        }

        var family = new MetricFamily(name, said["TYPE"], said.GetValueOrDefault("UNIT", ""), said.GetValueOrDefault("HELP", ""), samples);
        Check(family);
        return family;
    }

    private static MetricSample ReadSample(string line)
    {
        var sample = Sample().Match(line);
        Assert.True(sample.Success, $"No sample: {line}");
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(sample.Groups["labels"].Value))
        {
            Assert.True(labels.TryAdd(label.Groups["name"].Value, label.Groups["value"].Value), $"A label twice: {line}");
        }

        var value = sample.Groups["value"].Value;
        return new MetricSample(sample.Groups["name"].Value, labels, value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        });
    }

    private static void Check(MetricFamily family)
    {
        Assert.Contains(family.Kind, (string[])["counter", "gauge", "histogram"]);
        Assert.True(family.Unit.Length == 0 || family.Name.EndsWith("_" + family.Unit, StringComparison.Ordinal), $"{family.Name} does not end with its unit.");
        Assert.NotEmpty(family.Samples);
        Assert.Distinct(family.Samples.Select(sample => sample.Name + string.Join(',', sample.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))));
        switch (family.Kind)
        {
            case "counter":
                Assert.All(family.Samples, sample => Assert.True(sample.Name == family.Name + "_total" && sample.Value >= 0, sample.ToString()));
                break;
            case "gauge":
                Assert.All(family.Samples, sample => Assert.Equal(family.Name, sample.Name));
                break;
            default:
                CheckHistogram(family);
                break;
        }
    }

    private static void CheckHistogram(MetricFamily family)
    {
        var buckets = family.Samples.Where(sample => sample.Name == family.Name + "_bucket").ToList();
        var ends = buckets.ConvertAll(bucket => bucket.Labels["le"]);
        Assert.Equal("+Inf", ends[^1]);
        Assert.All(ends[..^1], end => Assert.Matches(@"^\d+\.\d+$", end));
        var numbers = ends[..^1].ConvertAll(end => double.Parse(end, CultureInfo.InvariantCulture));
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
        Assert.Equal(buckets[^1].Value, Assert.Single(family.Samples, sample => sample.Name == family.Name + "_count").Value);
        Assert.Single(family.Samples, sample => sample.Name == family.Name + "_sum");
        Assert.Equal(buckets.Count + 2, family.Samples.Count);
    }

    [GeneratedRegex(@"^# (?<what>TYPE|UNIT|HELP) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>([^\\""]|\\[\\n""])*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Meta();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*=""([^\\""]|\\[\\n""])*""(,[a-zA-Z_][a-zA-Z0-9_]*=""([^\\""]|\\[\\n""])*"")*)\})? (?<value>[+-]Inf|NaN|-?\d+(\.\d+)?([eE][+-]?\d+)?)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=""(?<value>([^\\""]|\\.)*)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Label();
}
