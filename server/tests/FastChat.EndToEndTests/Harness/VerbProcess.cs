using System.Diagnostics;
using System.Text;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Harness;

/// <summary>The published program with a verb, as an operator runs it: in a shell of its own, beside a server or instead of one.</summary>
public sealed class VerbProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly StringBuilder output = new();

    private VerbProcess(string url, string[] args, IReadOnlyDictionary<string, string>? settings)
    {
        var start = new ProcessStartInfo(PublishedServer.Path, args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DATABASE_URL"] = url;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it said so far, good and bad.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public bool HasExited => process.HasExited;

    /// <summary>Starts a verb on a database.</summary>
    public static VerbProcess Start(string url, params string[] args) => new(url, args, settings: null);

    /// <summary>Runs a verb with further settings; the answer is its exit code and what it said.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string url, IReadOnlyDictionary<string, string> settings, params string[] args)
    {
        using var verb = new VerbProcess(url, args, settings);
        return (await verb.ExitAsync(), verb.Output);
    }

    /// <summary>Runs a verb that must succeed; the answer is what it said.</summary>
    public static async Task<string> DoneAsync(string url, params string[] args)
    {
        using var verb = Start(url, args);
        var exit = await verb.ExitAsync();
        Assert.True(exit == 0, $"{string.Join(' ', args)} ended with {exit}: {verb.Output}");
        return verb.Output;
    }

    /// <summary>Runs a verb that must be refused, in a sentence; the answer is what it said.</summary>
    public static async Task<string> RefusedAsync(string url, params string[] args)
    {
        using var verb = Start(url, args);
        var exit = await verb.ExitAsync();
        Assert.True(exit is 1 or 2, $"{string.Join(' ', args)} ended with {exit}: {verb.Output}");
        Assert.DoesNotContain("Exception", verb.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^\s+at \S+\(", verb.Output);
        Assert.NotEmpty(verb.Output);
        return verb.Output;
    }

    /// <summary>Waits until it has said something.</summary>
    public Task SaidAsync(string text) => Eventually.HoldsAsync(() => Output.Contains(text, StringComparison.Ordinal), $"'{text}'", Patience);

    /// <summary>Sends a signal; nothing happens if it has ended.</summary>
    public void Send(int signal) => Signal.Send(process.Id, signal);

    /// <summary>Waits for the end; the answer is the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private void Note(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}
