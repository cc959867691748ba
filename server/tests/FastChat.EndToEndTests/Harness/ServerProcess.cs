using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace FastChat.EndToEndTests.Harness;

/// <summary>The published server as a process of its own: started, killed, asked to stop and started again on the same data.</summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string> settings;
    private readonly StringBuilder output = new();
    private readonly Lock gate = new();
    private Process? process;

    private ServerProcess(IReadOnlyDictionary<string, string>? settings, string? folder)
    {
        Folder = folder ?? Directory.CreateTempSubdirectory("fastchat-e2e-").FullName;
        Port = FreePort.Next();
        Root = new Uri($"http://127.0.0.1:{Port}");
        this.settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DATABASE_URL"] = $"sqlite:{Path.Combine(Folder, "fastchat.db")}",
            ["MANAGEMENT_URL"] = "",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            this.settings[name] = value;
        }

        Api = new ApiClient(Root);
    }

    /// <summary>Where this server's data lies; removed with it.</summary>
    public string Folder { get; }

    public string DatabaseFile => Path.Combine(Folder, "fastchat.db");

    public int Port { get; }

    public Uri Root { get; }

    /// <summary>Calls without a token.</summary>
    public ApiClient Api { get; }

    /// <summary>Everything the server wrote to its standard output and error, over all its starts.</summary>
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

    public bool HasExited => process?.HasExited ?? true;

    /// <summary>Starts a server and waits until it says that it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string>? settings = null, string? folder = null)
    {
        var server = new ServerProcess(settings, folder);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            server.process?.Kill();
            throw;
        }
    }

    /// <summary>Starts a server of which a refusal is expected; the answer is its exit code.</summary>
    public static async Task<(int ExitCode, string Output)> StartRefusedAsync(IReadOnlyDictionary<string, string> settings, string folder)
    {
        var server = new ServerProcess(settings, folder);
        server.Launch();
        using var patience = new CancellationTokenSource(StartTime);
        try
        {
            await server.process!.WaitForExitAsync(patience.Token);
            return (server.process.ExitCode, server.Log);
        }
        catch (OperationCanceledException)
        {
            server.process!.Kill();
            Assert.Fail($"The server should have refused to start and did not. It wrote:\n{server.Log}");
            throw;
        }
    }

    public async Task StartAgainAsync()
    {
        Launch();
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < StartTime)
        {
            Assert.False(process!.HasExited, $"The server ended while starting. It wrote:\n{Log}");
            if (await Api.StatusAsync("/health/ready") == 200)
            {
                return;
            }

            await Task.Delay(25);
        }

        Assert.Fail($"The server was not ready within {StartTime.TotalSeconds} s. It wrote:\n{Log}");
    }

    /// <summary>kill -9: the process gets no chance to write anything more.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Only sends SIGTERM; <see cref="ExitedWithinAsync"/> waits for the end.</summary>
    public void AskToStop() => Signal(SigTerm);

    public async Task<int> TerminateAsync()
    {
        AskToStop();
        return await ExitedWithinAsync(TimeSpan.FromSeconds(20));
    }

    public void PressCtrlC() => Signal(SigInt);

    public async Task<int> ExitedWithinAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await process!.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The server should have ended within {limit.TotalSeconds} s. It wrote:\n{Log}");
        }

        return process.ExitCode;
    }

    /// <summary>An exception in the log is a bug, whatever the client got to see.</summary>
    public void AssertCalmLog()
    {
        var lines = Log.Split('\n');
        var bad = Array.FindIndex(lines, LogLine.IsAlarming);
        Assert.True(bad < 0, $"The server's log has an alarming line:\n{string.Join('\n', lines.Skip(bad - 3).Take(20))}");
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await KillAsync();
        }

        process?.Dispose();
        Directory.Delete(Folder, recursive: true);
        AssertCalmLog();
    }

    private void Launch()
    {
        var start = new ProcessStartInfo(PublishedServer.Path)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("--urls");
        start.ArgumentList.Add(Root.ToString());
        foreach (var name in start.Environment.Keys.Where(IsServerSetting).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        process?.Dispose();
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
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
        var result = SendSignal(process!.Id, number);
        Assert.True(result == 0, string.Create(CultureInfo.InvariantCulture, $"kill answered {result}."));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
