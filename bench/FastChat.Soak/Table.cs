using System.Globalization;
using System.Text;
using FastChat.Faults.Audit;

namespace FastChat.Soak;

/// <summary>The verdict as a table in Markdown.</summary>
internal static class Table
{
    public static string Of(SoakOptions options, ServerSite site, Weather[] weathers, AuditReport? report)
    {
        var text = new StringBuilder();
        Row("soak", "result");
        Row("---", "---");
        Row("database", options.Database);
        Row("minutes of faults", options.Minutes);
        Row("seed", options.Seed);
        Row("users", options.Users);
        Row("kills of the server (9)", site.Kills);
        Row("database stopped, killed or hung", site.DatabaseRestarts);
        foreach (var kind in weathers.SelectMany(weather => weather.Seen).GroupBy(seen => seen.Key).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            Row($"network: {kind.Key}", kind.Sum(seen => seen.Value));
        }

        if (report is not null)
        {
            Row("messages acked", report.Acked);
            Row("sent again, no answer had come", report.Resent);
            Row("told to send again", report.TryAgain);
            Row("unknown at the end", report.Unknown);
            Row("refused", report.Refused);
            Row("lost", report.Count(FindingKind.Lost));
            Row("doubled", report.Count(FindingKind.Doubled));
            Row("out of order", report.Count(FindingKind.Reordered));
            Row("holes", report.Count(FindingKind.Hole));
            Row("phantom", report.Count(FindingKind.Phantom));
            Row("altered", report.Count(FindingKind.Altered));
        }

        return text.ToString();

        void Row(string name, object value) => text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
    }
}
