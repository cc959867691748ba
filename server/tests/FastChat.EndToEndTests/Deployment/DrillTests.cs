using System.Text.RegularExpressions;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>The commands of the handbook that are marked as a drill, as they stand there.</summary>
[Trait("Database", "Own")]
public sealed partial class DrillTests
{
    [Fact]
    public async Task DRILL_the_handbooks_backup_is_taken_beside_the_server_restored_and_served()
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-drill-").FullName;
        await using var server = await ServerProcess.StartAsync();
        var (ada, bob) = await Guest.PairAsync(server);
        await ada.PostMessageAsync(await ada.OpenChatAsync(bob), "kept");
        var handbook = await File.ReadAllTextAsync(Path.Combine(PublishedServer.Repository, "docs", "operations.md"));
        var drill = Assert.Single(Drills().Matches(handbook)).Groups["commands"].Value
            .Replace("/var/backups", folder, StringComparison.Ordinal)
            .Replace("/tmp/drill", Path.Combine(folder, "drill"), StringComparison.Ordinal)
            .Replace("8099", $"{FreePort.Next()}", StringComparison.Ordinal);
        var program = Path.GetDirectoryName(PublishedServer.Path)!;

        var (exit, output) = await Shell.TryAsync("bash", ["-e", "-u", "-c", $"PATH={program}:$PATH\n{drill}"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["DATABASE_URL"] = server.DatabaseUrl });

        Assert.True(exit == 0, output);
        Assert.Contains("\"chat_messages\"", output, StringComparison.Ordinal);
        Assert.Contains("""{"status":"ok"}""", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "drill")), "The drill leaves something behind.");
        (await ada.Api.GetAsync("/api/me")).Is(200);
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex(@"```sh drill\n(?<commands>[^`]*)```", RegexOptions.None, 1000)]
    private static partial Regex Drills();
}
