using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FastChat.EndToEndTests.Management;

/// <summary>The dashboard and the alert rules ask for what a server really says.</summary>
[Collection(OneManagedServer.Name)]
public sealed partial class DeployedFilesTests(ManagedServer managed)
{
    /// <summary>Labels that the scraping side adds.</summary>
    private static readonly string[] Scraped = ["instance", "job"];

    [Fact]
    public Task OPS_every_metric_and_label_of_the_dashboard_is_in_a_scrape()
    {
        var dashboard = JsonNode.Parse(Read("grafana/fastchat.json"))!;
        var panels = dashboard["panels"]!.AsArray();
        Assert.Distinct(panels.Select(panel => panel!["id"]!.GetValue<int>()));
        return AssertKnownAsync([.. panels.SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => target!["expr"]!.GetValue<string>())]);
    }

    [Fact]
    public Task OPS_every_metric_and_label_of_the_alerts_is_in_a_scrape() =>
        AssertKnownAsync([.. Expression().Matches(Read("prometheus/alerts.yml")).Select(line => line.Groups["expr"].Value)]);

    [Fact]
    public void OPS_every_alert_is_explained_to_the_operator()
    {
        var alerts = Alert().Matches(Read("prometheus/alerts.yml")).Select(line => line.Groups["name"].Value).ToList();
        var operations = File.ReadAllText(Path.Combine(Root(), "docs", "operations.md"));
        Assert.InRange(alerts.Count, 10, 50);
        Assert.All(alerts, alert => Assert.Contains($"| `{alert}` |", operations, StringComparison.Ordinal));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root(), "deploy", path));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ARCHITECTURE.md")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return folder;
    }

    private async Task AssertKnownAsync(List<string> expressions)
    {
        Assert.InRange(expressions.Count, 10, 200);
        IReadOnlyDictionary<string, MetricFamily> metrics = new Dictionary<string, MetricFamily>(StringComparer.Ordinal);

        // Whether the node is ready is asked a moment after its start; garbage may not have been collected yet.
        await Eventually.HoldsAsync(async () => (metrics = await managed.ScrapeAsync()).ContainsKey("fastchat_ready"), "fastchat_ready");
        var samples = metrics.Values.SelectMany(family => family.Samples).ToLookup(sample => sample.Name, StringComparer.Ordinal);
        foreach (var expression in expressions)
        {
            var selectors = Selector().Matches(expression);
            Assert.True(selectors.Count > 0 || expression.StartsWith("up{", StringComparison.Ordinal), expression);
            foreach (Match selector in selectors)
            {
                var found = samples[selector.Groups["name"].Value].ToList();
                Assert.True(found.Count > 0, $"{selector.Groups["name"].Value} of {expression} is in no scrape.");
                foreach (Match matcher in Matcher().Matches(selector.Groups["labels"].Value))
                {
                    AssertMatched(found, matcher, expression);
                }

                AssertGrouped(found, expression);
            }
        }
    }

    private static void AssertMatched(List<MetricSample> found, Match matcher, string expression)
    {
        var label = matcher.Groups["name"].Value;
        if (Scraped.Contains(label, StringComparer.Ordinal))
        {
            return;
        }

        Assert.All(
            matcher.Groups["value"].Value.Split('|'),
            value => Assert.True(found.Exists(sample => sample.Labels.GetValueOrDefault(label) == value), $"{label}={value} of {expression} is in no scrape."));
    }

    private static void AssertGrouped(List<MetricSample> found, string expression)
    {
        foreach (var label in Grouping().Matches(expression).SelectMany(by => by.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)).Except(Scraped, StringComparer.Ordinal))
        {
            Assert.All(found, sample => Assert.True(sample.Labels.ContainsKey(label), $"{sample.Name} has no label {label}, by which {expression} groups."));
        }
    }

    [GeneratedRegex(@"^\s+expr: (?<expr>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Expression();

    [GeneratedRegex(@"^\s+- alert: (?<name>\w+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Alert();

    [GeneratedRegex(@"\b(?<name>(fastchat|dotnet)_\w+)(\{(?<labels>[^}]*)\})?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<name>\w+)=~?""(?<value>[^""]*)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Matcher();

    [GeneratedRegex(@"by \((?<labels>[^)]*)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Grouping();
}
