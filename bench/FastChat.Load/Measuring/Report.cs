using System.Globalization;
using System.Text.Json;

namespace FastChat.Load.Measuring;

/// <summary>A run's figures under their names: a line for the reader, and a line of JSON for <c>bin/bench</c>'s table.</summary>
internal sealed class Report
{
    private readonly Dictionary<string, double> figures = [];

    /// <summary>Adds a figure; its name ends with the unit where it has one.</summary>
    public void Add(string name, double value) => figures[name] = Math.Round(value, 3);

    /// <summary>Adds what <paramref name="latencies"/> say, in milliseconds.</summary>
    public void Add(string name, Histogram latencies)
    {
        Add($"{name}_p50_ms", latencies.Percentile(50));
        Add($"{name}_p95_ms", latencies.Percentile(95));
        Add($"{name}_p99_ms", latencies.Percentile(99));
        Add($"{name}_max_ms", latencies.Max);
    }

    /// <summary>Prints it, and appends it to the options' file.</summary>
    public void Write(LoadOptions options)
    {
        string Text(double value) => value.ToString(Math.Abs(value) >= 100 ? "F0" : "0.##", CultureInfo.InvariantCulture);
        Console.WriteLine($"{options.Label}: {string.Join(", ", figures.Select(figure => $"{figure.Key} {Text(figure.Value)}"))}");
        if (options.Json is { } file)
        {
            // JSON has no NaN; a figure that there is none of is left out.
            var known = figures.Where(figure => double.IsFinite(figure.Value)).ToDictionary();
            File.AppendAllText(file, JsonSerializer.Serialize(new { label = options.Label, scenario = options.Scenario, figures = known }) + "\n");
        }
    }
}
