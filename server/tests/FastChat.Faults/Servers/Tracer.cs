using System.Globalization;
using FastChat.Faults.Processes;

namespace FastChat.Faults.Servers;

/// <summary><c>strace</c>, attached to a running process.</summary>
public sealed class Tracer : IAsyncDisposable
{
    private const string Program = "/usr/bin/strace";
    private const string Calls = "trace=read,recvfrom,recvmsg,write,writev,sendto,sendmsg,fdatasync,fsync";

    private readonly ChildProcess process;
    private readonly string file;

    private Tracer(ChildProcess process, string file) => (this.process, this.file) = (process, file);

    /// <summary>It is on this machine.</summary>
    public static bool IsInstalled => File.Exists(Program);

    /// <summary>Attaches to all threads of these processes and to what they start, and waits until it has. What all do comes in one order.</summary>
    /// <exception cref="InvalidOperationException">It may not, or could not; the message says what it wrote.</exception>
    public static async Task<Tracer> AttachAsync(params IReadOnlyList<int> processIds)
    {
        var output = Path.Combine(Path.GetTempPath(), $"fastchat-trace-{Guid.NewGuid():N}");
        string[] arguments =
        [
            Program, "-f", "-ttt", "-y", "-s", "4096", "-e", Calls, "-e", "signal=none", "-o", output,
            .. processIds.SelectMany(id => new[] { "-p", id.ToString(CultureInfo.InvariantCulture) }),
        ];
        var tracing = ChildProcess.Start(arguments);
        await Polling.UntilAsync(
            () => Task.FromResult(Attached(tracing.Output) == processIds.Count || (tracing.HasExited
                ? throw new InvalidOperationException($"strace could not attach: {tracing.Output}")
                : false)),
            Patience.Start,
            () => $"strace did not attach: {tracing.Output}");
        return new Tracer(tracing, output);
    }

    /// <summary>Detaches; the answer is what it wrote.</summary>
    public async Task<IReadOnlyList<string>> StopAsync()
    {
        process.Send(Signal.Interrupt);
        await process.ExitAsync();
        return await File.ReadAllLinesAsync(file);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await StopAsync();
        }

        await process.DisposeAsync();
        File.Delete(file);
    }

    /// <summary>How many processes strace reports that it has attached to.</summary>
    private static int Attached(string output) => output.Split('\n').Count(line =>
        line.Contains("attached", StringComparison.Ordinal) && !line.Contains("not permitted", StringComparison.Ordinal));
}
