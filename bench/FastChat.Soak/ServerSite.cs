using FastChat.Faults;
using FastChat.Faults.Servers;

namespace FastChat.Soak;

/// <summary>The published server and its database, with the ways to break them from outside.</summary>
internal sealed class ServerSite : IAsyncDisposable
{
    private readonly ServerProgram program;
    private readonly PostgresServer? postgres;
    private bool isKept;

    private ServerSite(string folder, string databaseUrl, PostgresServer? postgres = null)
    {
        this.postgres = postgres;
        Folder = folder;
        Port = FreePort.Next();
        Root = new Uri($"http://127.0.0.1:{Port}");
        program = new ServerProgram(Root, folder, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DATABASE_URL"] = databaseUrl,
            ["MANAGEMENT_URL"] = "",
            ["Limits__MessagesPerMinute"] = "0",
            ["Limits__FramesPerSecond"] = "0",
            ["Limits__GuestsPerHour"] = "0",
            ["Limits__ConnectionsPerUser"] = "0",
        });
    }

    /// <summary>Its data (but for PostgreSQL's, of which the log is kept), if it is kept.</summary>
    public string Folder { get; }

    public int Port { get; }

    public Uri Root { get; }

    /// <summary>How often the server was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>How often the database was restarted.</summary>
    public int DatabaseRestarts { get; private set; }

    /// <summary>The database is a server of its own, which can be broken too.</summary>
    public bool HasDatabaseServer => postgres is not null;

    public static async Task<ServerSite> StartAsync(string database)
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-soak-").FullName;
        var site = database switch
        {
            "sqlite" => new ServerSite(folder, $"sqlite:{Path.Combine(folder, "fastchat.db")}"),
            _ => await OnPostgresAsync(folder),
        };
        await site.program.StartAsync();
        return site;
    }

    /// <summary>kill -9 and a new start.</summary>
    public async Task KillServerAsync()
    {
        await program.KillAsync();
        Kills++;
        await program.StartAsync();
    }

    /// <summary>Stops, kills or hangs PostgreSQL, and has it back.</summary>
    public async Task BreakDatabaseAsync(Random random)
    {
        DatabaseRestarts++;
        switch (random.Next(8))
        {
            case 0:
                postgres!.Pause();
                await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 6)));
                postgres.Resume();
                break;
            case 1 or 2:
                await postgres!.KillAsync();
                await postgres.StartAgainAsync();
                break;
            case var how:
                await postgres!.RestartAsync(how % 2 == 0 ? PostgresStop.Fast : PostgresStop.Immediate);
                break;
        }
    }

    /// <summary>Lets the data outlive the experiment and writes the logs beside it, for whoever looks into a finding.</summary>
    public async Task KeepAsync()
    {
        isKept = true;
        await File.WriteAllTextAsync(Path.Combine(Folder, "server.log"), program.Log);
        await File.WriteAllTextAsync(Path.Combine(Folder, "database.log"), postgres?.Log ?? "");
    }

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        await (postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (!isKept)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static async Task<ServerSite> OnPostgresAsync(string folder)
    {
        var started = await PostgresServer.StartAsync();
        return new ServerSite(folder, started.Url(await started.CreateDatabaseAsync()), started);
    }
}
