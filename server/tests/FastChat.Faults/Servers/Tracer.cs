using System.Diagnostics;
using System.Globalization;

namespace FastChat.Faults.Servers;

/// <summary><c>strace</c>, attached to a running process.</summary>
public sealed class Tracer : IAsyncDisposable
{
    private const string Program = "/usr/bin/strace";
    private const string Calls = "trace=read,recvfrom,recvmsg,write,writev,sendto,sendmsg,fdatasync,fsync";

    private readonly Process process;
    private readonly string file;

    private Tracer(Process process, string file) => (this.process, this.file) = (process, file);

    /// <summary>It is on this machine.</summary>
    public static bool IsInstalled => File.Exists(Program);

    /// <summary>Attaches to all threads of these processes and to what they start, and waits until it has. What all do comes in one order.</summary>
    /// <exception cref="InvalidOperationException">It may not, or could not; the message says what it wrote.</exception>
    public static async Task<Tracer> AttachAsync(params IReadOnlyList<int> processIds)
    {
        var output = Path.Combine(Path.GetTempPath(), $"fastchat-trace-{Guid.NewGuid():N}");
        string[] arguments =
        [
            "-f", "-ttt", "-y", "-s", "4096", "-e", Calls, "-e", "signal=none", "-o", output,
            .. processIds.SelectMany(id => new[] { "-p", id.ToString(CultureInfo.InvariantCulture) }),
        ];
        var tracing = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        foreach (var _ in processIds)
        {
            var said = await tracing.StandardError.ReadLineAsync() ?? "";
            if (!said.Contains("attached", StringComparison.Ordinal) || said.Contains("not permitted", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"strace could not attach: {said}");
            }
        }

        return new Tracer(tracing, output);
    }

    /// <summary>Detaches; the answer is what it wrote.</summary>
    public async Task<IReadOnlyList<string>> StopAsync()
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await File.ReadAllLinesAsync(file);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await StopAsync();
        }

        process.Dispose();
        File.Delete(file);
    }
}
