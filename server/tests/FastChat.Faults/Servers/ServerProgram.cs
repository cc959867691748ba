using FastChat.Faults.Processes;

namespace FastChat.Faults.Servers;

/// <summary>The published server as a process of its own: started, killed, asked to stop and started again with the same settings.</summary>
public sealed class ServerProgram : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>A start is mostly computation, so more at once than there are cores only makes each take longer.</summary>
    private static readonly SemaphoreSlim Starting = new(Environment.ProcessorCount);

    private readonly Uri root;
    private readonly string folder;
    private readonly IReadOnlyDictionary<string, string> settings;
    private string earlierLog = "";
    private ChildProcess? process;
    private IDisposable? slot;

    /// <param name="root">Where it listens.</param>
    /// <param name="folder">Its working folder.</param>
    /// <param name="settings">Its environment, besides the caller's variables that are not settings of the server.</param>
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
    public string Log => earlierLog + process?.Output;

    private ChildProcess Running => process ?? throw new InvalidOperationException("The server has not been started.");

    /// <summary>Starts it and waits until it reports that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It exited, or was not ready within <see cref="Patience.Start"/>; the message has its log.</exception>
    public async Task StartAsync()
    {
        slot ??= await ProcessSlots.TakeAsync();
        if (!await Starting.WaitAsync(Patience.Start))
        {
            throw new InvalidOperationException("Other servers kept this one from starting.");
        }

        try
        {
            await LaunchAsync();
            await Polling.UntilAsync(
                async () => HasExited ? throw new InvalidOperationException($"The server exited while starting. It wrote:\n{Log}") : await IsReadyAsync(),
                Patience.Start,
                () => $"The server was not ready within {Patience.Start.TotalSeconds} s. It wrote:\n{Log}");
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <summary>Only starts the process.</summary>
    public async Task LaunchAsync()
    {
        slot ??= await ProcessSlots.TakeAsync();
        if (process is not null)
        {
            earlierLog = Log;
            await process.DisposeAsync();
        }

        var environment = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(IsServerSetting)
            .ToDictionary(name => name, string? (_) => null, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        // Otherwise each server that is killed leaves its debugger's pipes in the folder for temporary files.
        environment["DOTNET_EnableDiagnostics"] = "0";
        process = ChildProcess.Start([.. Launcher, PublishedServer.Path, "--urls", root.ToString()], folder, environment);
    }

    /// <summary>kill -9: the process gets no chance to write anything more.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Only sends SIGTERM; <see cref="ExitedWithinAsync"/> waits for the end.</summary>
    public void AskToStop() => Send(Signal.Terminate);

    /// <summary>SIGINT, as Ctrl+C sends it.</summary>
    public void PressCtrlC() => Send(Signal.Interrupt);

    /// <summary>Waits for the end; the answer is the exit code.</summary>
    /// <exception cref="TimeoutException">It still runs; the message has its log.</exception>
    public Task<int> ExitedWithinAsync(TimeSpan limit) => Running.ExitAsync(limit);

    /// <summary>Kills it if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            earlierLog = Log;
            await process.DisposeAsync();
            process = null;
        }

        slot?.Dispose();
        slot = null;
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

    private void Send(int signal)
    {
        if (!Running.Send(signal))
        {
            throw new InvalidOperationException($"The server (process {Id}) has exited and gets no signal {signal}.");
        }
    }
}
