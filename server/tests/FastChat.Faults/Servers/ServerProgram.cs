using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace FastChat.Faults.Servers;

/// <summary>The published server as a process of its own: started, killed, asked to stop and started again with the same settings.</summary>
public sealed partial class ServerProgram : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    private readonly Uri root;
    private readonly string folder;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly StringBuilder output = new();
    private readonly Lock gate = new();
    private Process? process;

    /// <param name="root">Where it listens.</param>
    /// <param name="folder">Its working folder.</param>
    /// <param name="settings">Its environment, beside what the caller's has that is no setting of the server.</param>
    public ServerProgram(Uri root, string folder, IReadOnlyDictionary<string, string> settings)
    {
        this.root = root;
        this.folder = folder;
        this.settings = settings;
    }

    /// <summary>A command that becomes the server in the end (by <c>exec</c>), such as one that sets a limit first; empty for none.</summary>
    public IReadOnlyList<string> Launcher { get; set; } = [];

    /// <summary>The process id.</summary>
    public int Id => Running.Id;

    /// <summary>Not started, or ended.</summary>
    public bool HasExited => process?.HasExited ?? true;

    /// <summary>Everything it wrote to its standard output and error, over all its starts.</summary>
    public string Log
    {
        get
        {
            lock (gate)
            {
                return output.ToString();
            }
        }
    }

    private Process Running => process ?? throw new InvalidOperationException("The server has not been started.");

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready within a minute; the message has its log.</exception>
    public async Task StartAsync()
    {
        Launch();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < StartTime)
        {
            if (HasExited)
            {
                throw new InvalidOperationException($"The server ended while starting. It wrote:\n{Log}");
            }

            if (await IsReadyAsync())
            {
                return;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"The server was not ready within {StartTime.TotalSeconds} s. It wrote:\n{Log}");
    }

    /// <summary>Only starts the process.</summary>
    public void Launch()
    {
        var command = Launcher.Append(PublishedServer.Path).ToList();
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in command.Skip(1).Append("--urls").Append(root.ToString()))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(IsServerSetting).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        // Else each server that is killed leaves the pipes of its debugger in the machine's folder for temporary files.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        process?.Dispose();
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>kill -9: the process gets no chance to write anything more.</summary>
    public async Task KillAsync()
    {
        Running.Kill();
        await Running.WaitForExitAsync();
    }

    /// <summary>Only sends SIGTERM; <see cref="ExitedWithinAsync"/> waits for the end.</summary>
    public void AskToStop() => Signal(SigTerm);

    /// <summary>SIGINT, as Ctrl+C sends it.</summary>
    public void PressCtrlC() => Signal(SigInt);

    /// <summary>Waits for the end; the answer is the exit code.</summary>
    /// <exception cref="TimeoutException">It still runs; the message has its log.</exception>
    public async Task<int> ExitedWithinAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await Running.WaitForExitAsync(patience.Token);
            return Running.ExitCode;
        }
        catch (OperationCanceledException fault)
        {
            throw new TimeoutException($"The server should have ended within {limit.TotalSeconds} s. It wrote:\n{Log}", fault);
        }
    }

    /// <summary>Kills it if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            await KillAsync();
        }

        process?.Dispose();
        process = null;
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(root, "/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static bool IsServerSetting(string name) =>
        name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.Contains("__", StringComparison.Ordinal)
        || name is "DATABASE_URL" or "BACKPLANE_URL" or "MANAGEMENT_URL" or "ALLOWED_ORIGINS" or "TRUSTED_PROXIES";

    private void Note(string? line)
    {
        if (line is not null)
        {
            lock (gate)
            {
                output.Append(line).Append('\n');
            }
        }
    }

    private void Signal(int number)
    {
        if (SendSignal(Id, number) != 0)
        {
            throw new InvalidOperationException($"The server (process {Id}) could not be sent signal {number}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
