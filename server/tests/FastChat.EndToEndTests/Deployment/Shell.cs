using System.Diagnostics;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>Runs an operator's commands.</summary>
internal static class Shell
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program to its end; what it wrote is the answer, and anything but 0 fails the test.</summary>
    public static async Task<string> RunAsync(string program, params string[] args)
    {
        var (exit, output) = await TryAsync(program, args);
        Assert.True(exit == 0, $"{program} {string.Join(' ', args)} ended with {exit}: {output}");
        return output;
    }

    /// <summary>Runs a program to its end, with settings in its environment.</summary>
    public static async Task<(int Exit, string Output)> TryAsync(string program, IEnumerable<string> args, IReadOnlyDictionary<string, string>? settings = null)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }
}
