using FastChat.Faults.Processes;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>Runs an operator's commands.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end; what it wrote is the answer, and anything but 0 fails the test.</summary>
    public static async Task<string> RunAsync(string program, params string[] args)
    {
        var (exit, output) = await TryAsync(program, args);
        Assert.True(exit == 0, $"{program} {string.Join(' ', args)} exited with {exit}: {output}");
        return output;
    }

    /// <summary>Runs a program to its end, with settings in its environment.</summary>
    public static Task<(int ExitCode, string Output)> TryAsync(string program, IEnumerable<string> args, IReadOnlyDictionary<string, string>? settings = null)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            environment[name] = value;
        }

        return ChildProcess.RunAsync([program, .. args], environment: environment);
    }
}
