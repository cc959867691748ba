using FastChat.Faults;
using FastChat.Faults.Servers;

namespace FastChat.Soak;

/// <summary>The published server and its database, with the ways to break them from outside.</summary>
internal sealed class ServerSite : IAsyncDisposable
{
    private readonly ServerProgram program;

    private ServerSite(string folder, string databaseUrl)
    {
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

    /// <summary>Its data, and what it wrote; kept if something was found.</summary>
    public string Folder { get; }

    public int Port { get; }

    public Uri Root { get; }

    /// <summary>How often the server was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>How often the database was restarted.</summary>
    public int DatabaseRestarts { get; private set; }

    /// <summary>The faults of the database that can be had, each ending with the database back.</summary>
    public IReadOnlyList<(string Name, Func<Task> Run)> DatabaseFaults { get; private set; } = [];

    public static async Task<ServerSite> StartAsync(string database)
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-soak-").FullName;
        var site = database switch
        {
            "sqlite" => new ServerSite(folder, $"sqlite:{Path.Combine(folder, "fastchat.db")}"),
            _ => throw new NotSupportedException($"There is no {database} here."),
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

    /// <summary>Writes the server's log beside its data, for whoever looks into a finding.</summary>
    public Task KeepLogAsync() => File.WriteAllTextAsync(Path.Combine(Folder, "server.log"), program.Log);

    /// <summary>Removes the data too.</summary>
    public void Remove() => Directory.Delete(Folder, recursive: true);

    public ValueTask DisposeAsync() => program.DisposeAsync();
}
