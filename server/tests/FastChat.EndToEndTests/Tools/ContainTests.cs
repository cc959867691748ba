using System.Globalization;
using FastChat.Faults.Processes;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Tools;

/// <summary>What <c>bin/contain</c> promises the test runner: what a command starts and leaves behind ends with it, however it ends.</summary>
[Trait("Database", "Own")]
public sealed class ContainTests
{
    private static readonly string Script = Path.Combine(PublishedServer.Repository, "bin", "contain");

    [Theory]
    [InlineData(0)]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Kill)]
    public async Task TOOL_nothing_outlives_the_command_whatever_ends_it(int signal)
    {
        // A number of seconds that no other process sleeps, so that the sleepers are found by it.
        var sleep = string.Create(CultureInfo.InvariantCulture, $"{10_000 + Environment.ProcessId}.{signal + 1}");
        var command = $"touch $TMPDIR/left-behind; sleep {sleep} & echo in $TMPDIR; {(signal == 0 ? "exit 7" : $"exec sleep {sleep}")}";
        await using var contained = ChildProcess.Start([Script, "bash", "-c", command]);
        await Eventually.HoldsAsync(() => contained.Output.Contains("in /", StringComparison.Ordinal) && Sleepers(sleep) == (signal == 0 ? 0 : 2), "the command runs", Patience.Start);
        var folder = contained.Output.Trim()["in ".Length..];
        if (signal != 0)
        {
            Assert.True(contained.Send(signal));
        }

        var exit = await contained.ExitAsync(Patience.Start);
        await Eventually.HoldsAsync(() => Sleepers(sleep) == 0 && !Directory.Exists(folder), "nothing is left", Patience.Start);
        Assert.Equal(signal == 0 ? 7 : 128 + signal, exit);
    }

    private static int Sleepers(string seconds) => Directory.GetDirectories("/proc").Count(folder => CommandLine(folder) == $"sleep {seconds}");

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ').Trim();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
