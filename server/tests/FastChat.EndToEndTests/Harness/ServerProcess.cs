using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Harness;

/// <summary>The published server with a database of its own: started, killed, asked to stop and started again on the same data.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Dictionary<string, string> settings;
    private readonly ServerProgram program;
    private readonly TestDatabase database;

    private ServerProcess(IReadOnlyDictionary<string, string>? settings, string folder, TestDatabase database, string host = "127.0.0.1")
    {
        this.database = database;
        Folder = folder;
        Port = FreePort.Next();
        Root = new Uri($"http://{host}:{Port}");
        this.settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DATABASE_URL"] = database.Url,
            ["MANAGEMENT_URL"] = "",

            // Compiling hot code a second time pays off after minutes. In a test's seconds it costs a fifth of the processor time.
            ["DOTNET_TC_CallCounting"] = "0",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            this.settings[name] = value;
        }

        foreach (var name in this.settings.Where(setting => setting.Value == NotSet).Select(setting => setting.Key).ToArray())
        {
            this.settings.Remove(name);
        }

        program = new ServerProgram(Root, Folder, this.settings);
        Api = new ApiClient(Root);
    }

    /// <summary>In place of a value: the setting is left out, even if this class has one of its own.</summary>
    public const string NotSet = "(not set)";

    /// <summary>Where this server's data lies; removed with it.</summary>
    public string Folder { get; }

    /// <summary>The database, as <c>DATABASE_URL</c> names it.</summary>
    public string DatabaseUrl => settings["DATABASE_URL"];

    /// <summary>Where the database is while it is SQLite's.</summary>
    public string DatabaseFile => Path.Combine(Folder, "fastchat.db");

    public int Port { get; }

    public Uri Root { get; }

    /// <summary>Calls without a token.</summary>
    public ApiClient Api { get; }

    /// <summary>The process id.</summary>
    public int Id => program.Id;

    /// <summary>Everything the server wrote to its standard output and error, over all its starts.</summary>
    public string Log => program.Log;

    public bool HasExited => program.HasExited;

    /// <summary>The test takes something from the server that it needs, such as its disk: then its log may, and should, complain.</summary>
    public bool MayComplain { get; set; }

    /// <summary>Starts a server and waits until it says that it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null, string? folder = null, IReadOnlyList<string>? launcher = null, string host = "127.0.0.1")
    {
        folder ??= Directory.CreateTempSubdirectory("fastchat-e2e-").FullName;
        var server = new ServerProcess(settings, folder, await TestDatabase.MakeAsync(folder), host);
        server.program.Launcher = launcher ?? [];
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.program.DisposeAsync();
            await server.database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server of which a refusal is expected; the answer is its exit code.</summary>
    public static async Task<(int ExitCode, string Output)> StartRefusedAsync(IReadOnlyDictionary<string, string> settings, string folder)
    {
        var server = new ServerProcess(settings, folder, TestDatabase.File(folder));
        await using var refused = server.program;
        await refused.LaunchAsync();
        return (await refused.ExitedWithinAsync(Patience.Start), server.Log);
    }

    public Task StartAgainAsync() => program.StartAsync();

    /// <summary>kill -9: the process gets no chance to write anything more.</summary>
    public Task KillAsync() => program.KillAsync();

    /// <summary>Only sends SIGTERM; <see cref="ExitedWithinAsync"/> waits for the end.</summary>
    public void AskToStop() => program.AskToStop();

    public async Task<int> TerminateAsync()
    {
        AskToStop();
        return await ExitedWithinAsync(Patience.Stop);
    }

    public void PressCtrlC() => program.PressCtrlC();

    public Task<int> ExitedWithinAsync(TimeSpan limit) => program.ExitedWithinAsync(limit);

    /// <summary>An exception in the log is a bug, whatever the client got to see.</summary>
    public void AssertCalmLog()
    {
        var lines = Log.Split('\n');
        var bad = Array.FindIndex(lines, LogLine.IsAlarming);
        Assert.True(bad < 0, $"The server's log has an alarming line:\n{string.Join('\n', lines.Skip(bad - 3).Take(20))}");
    }

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        if (!MayComplain)
        {
            AssertCalmLog();
        }
    }
}
