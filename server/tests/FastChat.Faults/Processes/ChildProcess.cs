using System.Diagnostics;
using System.Text;

namespace FastChat.Faults.Processes;

/// <summary>
/// A process that a test has started. Every wait for it has a limit, and killing it kills everything it has started, because a grandchild
/// that lives on keeps pipes open and their readers waiting.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>
    /// Held while a process is forked. Until the child calls exec it has a copy of every open socket, so a port that is closed meanwhile
    /// stays in use. Code that needs a port again right away closes its socket under this lock.
    /// </summary>
    internal static readonly Lock Forking = new();

    private readonly Process process;
    private readonly string name;
    private readonly StringBuilder output = new();

    private ChildProcess(ProcessStartInfo start)
    {
        name = Path.GetFileName(start.FileName);
        process = new Process { StartInfo = start };
        if (start.RedirectStandardOutput)
        {
            process.OutputDataReceived += (_, line) => Note(line.Data);
            process.ErrorDataReceived += (_, line) => Note(line.Data);
        }

        lock (Forking)
        {
            process.Start();
        }

        if (start.RedirectStandardOutput)
        {
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
    }

    /// <summary>The process id.</summary>
    public int Id => process.Id;

    /// <summary>True once it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>What it has written to standard output and standard error so far; empty unless they are captured.</summary>
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

    /// <summary>Starts a program.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Its working folder; null for this process's own.</param>
    /// <param name="environment">Changes to the environment it inherits; null as a value removes a variable.</param>
    /// <param name="isCaptured">Whether its output goes to <see cref="Output"/> instead of this process's own.</param>
    public static ChildProcess Start(
        IReadOnlyList<string> command, string? folder = null, IEnumerable<KeyValuePair<string, string?>>? environment = null, bool isCaptured = true)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardOutput = isCaptured,
            RedirectStandardError = isCaptured,
            UseShellExecute = false,
        };
        foreach (var (variable, value) in environment ?? [])
        {
            start.Environment[variable] = value;
        }

        return new ChildProcess(start);
    }

    /// <summary>Runs a program to its end; the answer is its exit code and all it wrote.</summary>
    /// <exception cref="TimeoutException">It still runs after the limit, and was killed; the message has what it wrote.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyList<string> command, string? folder = null, IEnumerable<KeyValuePair<string, string?>>? environment = null, TimeSpan? limit = null)
    {
        await using var started = Start(command, folder, environment);
        return (await started.ExitAsync(limit ?? Patience.Start), started.Output);
    }

    /// <summary>Runs a program that must succeed; the answer is all it wrote.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has what it wrote.</exception>
    public static async Task<string> RunOrThrowAsync(params IReadOnlyList<string> command)
    {
        var (exit, output) = await RunAsync(command);
        return exit == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)} exited with {exit}: {output}");
    }

    /// <summary>Waits for the end; the answer is the exit code. What the process wrote is complete by then.</summary>
    /// <exception cref="TimeoutException">It still runs after the limit; the message has what it wrote.</exception>
    public async Task<int> ExitAsync(TimeSpan? limit = null)
    {
        var most = limit ?? Patience.Stop;
        using var patience = new CancellationTokenSource(most);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException) when (process.HasExited)
        {
            // It has ended, and something that it started still holds its pipes.
            return process.ExitCode;
        }
        catch (OperationCanceledException fault)
        {
            throw new TimeoutException($"{name} (process {Id}) did not exit within {most.TotalSeconds} s. It wrote:\n{Output}", fault);
        }
    }

    /// <summary>Sends a signal; false if the process has ended.</summary>
    public bool Send(int signal) => !process.HasExited && Signal.Send(Id, signal);

    /// <summary>Kills it and everything it has started, and waits for its end.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            Signal.KillTree(Id);
        }

        await ExitAsync();
    }

    /// <summary><see cref="KillAsync"/>, and frees what this process holds of it.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.Append(line).Append('\n');
            }
        }
    }
}
