using FastChat.Faults;
using FastChat.Faults.Network;
using FastChat.Faults.Servers;

namespace FastChat.Nodes;

/// <summary>The published server, so many times, on one PostgreSQL, behind nginx; the bus can be cut off.</summary>
internal sealed class NodeSite : IAsyncDisposable
{
    private readonly List<string> folders = [];
    private PostgresServer postgres = null!;
    private RabbitMqServer? broker;
    private ChaosProxy wayToBus = null!;
    private Nginx nginx = null!;

    private NodeSite()
    {
    }

    public List<(ServerProgram Program, Uri Root)> Nodes { get; } = [];

    /// <summary>Where clients connect: nginx.</summary>
    public Uri Entrance => new($"http://127.0.0.1:{nginx.Port}");

    public int DatabaseProcess => postgres.ProcessId;

    /// <summary>RabbitMQ's process; 0: the database is the bus.</summary>
    public int BusProcess => broker?.ProcessId ?? 0;

    public static async Task<NodeSite> StartAsync(NodesOptions options)
    {
        var site = new NodeSite { postgres = await PostgresServer.StartAsync() };
        var database = await site.postgres.CreateDatabaseAsync();
        site.broker = options.Bus == "rabbitmq" ? await RabbitMqServer.StartAsync() : null;
        site.wayToBus = new ChaosProxy(site.broker?.Port ?? site.postgres.Port);

        // The proxy stands in the way only where the bus is to be cut off: its own work is nobody's cost.
        var isCut = options.Scenario == "outage";
        var bus = site.broker is { } broker
            ? RabbitMqServer.UrlAt(isCut ? site.wayToBus.Port : broker.Port)
            : isCut ? PostgresServer.Url(site.wayToBus.Port, database) : string.Empty;
        for (var number = 0; number < options.Nodes; number++)
        {
            await site.AddAsync(site.postgres.Url(database), bus);
        }

        site.nginx = await Nginx.StartAsync([.. site.Nodes.Select(node => node.Root.Port)]);
        return site;
    }

    /// <summary>The bus is away.</summary>
    public void CutBus()
    {
        wayToBus.Refuse();
        wayToBus.CutAll(CutKind.Reset);
    }

    /// <summary>The bus is back.</summary>
    public void MendBus() => wayToBus.Accept();

    public async ValueTask DisposeAsync()
    {
        await nginx.DisposeAsync();
        foreach (var (program, _) in Nodes)
        {
            await program.DisposeAsync();
        }

        await wayToBus.DisposeAsync();
        await (broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await postgres.DisposeAsync();
        folders.ForEach(folder => Directory.Delete(folder, recursive: true));
    }

    private async Task AddAsync(string database, string bus)
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-node-").FullName;
        folders.Add(folder);
        var root = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["DATABASE_URL"] = database, ["BACKPLANE_URL"] = bus, ["MANAGEMENT_URL"] = "" };
        foreach (var limit in new[] { "MessagesPerMinute", "FramesPerSecond", "GuestsPerHour", "ConnectionsPerUser", "HellosPerSecond", "ConnectionsPerAddress", "RequestsPerMinute" })
        {
            settings[$"Limits__{limit}"] = "0";
        }

        var program = new ServerProgram(root, folder, settings);
        Nodes.Add((program, root));
        await program.StartAsync();
    }
}
