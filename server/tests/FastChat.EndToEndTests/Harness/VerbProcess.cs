using FastChat.Faults.Processes;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Harness;

/// <summary>The published program with a verb, as an operator runs it: in a shell of its own, beside a server or instead of one.</summary>
public sealed class VerbProcess : IAsyncDisposable
{
    private readonly ChildProcess process;

    private VerbProcess(string url, string[] args, IReadOnlyDictionary<string, string>? settings)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DATABASE_URL"] = url, ["DOTNET_EnableDiagnostics"] = "0" };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            environment[name] = value;
        }

        process = ChildProcess.Start([PublishedServer.Path, .. args], environment: environment);
    }

    /// <summary>What it said so far, good and bad.</summary>
    public string Output => process.Output;

    public bool HasExited => process.HasExited;

    /// <summary>Starts a verb on a database.</summary>
    public static VerbProcess Start(string url, params string[] args) => new(url, args, settings: null);

    /// <summary>Runs a verb with further settings; the answer is its exit code and what it said.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string url, IReadOnlyDictionary<string, string> settings, params string[] args)
    {
        await using var verb = new VerbProcess(url, args, settings);
        return (await verb.ExitAsync(), verb.Output);
    }

    /// <summary>Runs a verb that must succeed; the answer is what it said.</summary>
    public static async Task<string> DoneAsync(string url, params string[] args)
    {
        await using var verb = Start(url, args);
        var exit = await verb.ExitAsync();
        Assert.True(exit == 0, $"{string.Join(' ', args)} ended with {exit}: {verb.Output}");
        return verb.Output;
    }

    /// <summary>Runs a verb that must be refused, in a sentence; the answer is what it said.</summary>
    public static async Task<string> RefusedAsync(string url, params string[] args)
    {
        await using var verb = Start(url, args);
        var exit = await verb.ExitAsync();
        Assert.True(exit is 1 or 2, $"{string.Join(' ', args)} ended with {exit}: {verb.Output}");
        Assert.DoesNotContain("Exception", verb.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^\s+at \S+\(", verb.Output);
        Assert.NotEmpty(verb.Output);
        return verb.Output;
    }

    /// <summary>Waits until it has said something.</summary>
    public Task SaidAsync(string text) => Eventually.HoldsAsync(() => Output.Contains(text, StringComparison.Ordinal), $"'{text}'", Patience.Start);

    /// <summary>Sends a signal; nothing happens if it has ended.</summary>
    public void Send(int signal) => process.Send(signal);

    /// <summary>Waits for the end; the answer is the exit code.</summary>
    public Task<int> ExitAsync() => process.ExitAsync(Patience.Start);

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
