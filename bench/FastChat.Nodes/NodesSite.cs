using FastChat.Faults;
using FastChat.Faults.Network;
using FastChat.Faults.Servers;

namespace FastChat.Nodes;

/// <summary>Equal nodes on a PostgreSQL of their own, with a bus that can be taken away, and nginx before them if it is wanted.</summary>
internal sealed class NodesSite : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-nodes-").FullName;
    private readonly PostgresServer postgres;
    private readonly RabbitMqServer? broker;
    private ChaosProxy? wayToBus;

    private NodesSite(PostgresServer postgres, RabbitMqServer? broker) => (this.postgres, this.broker) = (postgres, broker);

    /// <summary>The nodes, in the order of their numbers.</summary>
    public List<ServerProgram> Nodes { get; } = [];

    /// <summary>Where each node listens.</summary>
    public List<Uri> Roots { get; } = [];

    /// <summary>Null where nobody asked for it.</summary>
    public Nginx? Nginx { get; private set; }

    /// <summary>Where clients come in: nginx, else the first node.</summary>
    public Uri Entrance => Nginx is null ? Roots[0] : new Uri($"http://127.0.0.1:{Nginx.Port}");

    /// <summary>PostgreSQL's postmaster.</summary>
    public int DatabasePid => postgres.ProcessId;

    /// <summary>RabbitMQ's broker; 0 where PostgreSQL is the bus.</summary>
    public int BusPid => broker?.ProcessId ?? 0;

    /// <summary>Starts everything and waits until all nodes are ready.</summary>
    /// <param name="options">How many nodes, and which bus.</param>
    /// <param name="behindNginx">With nginx before them.</param>
    /// <param name="busCanFail">The way to the bus leads through something that can be cut; it costs a little.</param>
    public static async Task<NodesSite> StartAsync(NodesOptions options, bool behindNginx = false, bool busCanFail = false)
    {
        var started = await PostgresServer.StartAsync();
        var site = new NodesSite(started, options.Bus == "rabbitmq" ? await RabbitMqServer.StartAsync() : null);
        var database = started.Url(await started.CreateDatabaseAsync());
        var bus = site.BusUrl(database, busCanFail);
        for (var number = 0; number < options.Nodes; number++)
        {
            var root = new Uri($"http://127.0.0.1:{FreePort.Next()}");
            var node = new ServerProgram(root, site.folder, Settings(database, bus));
            site.Roots.Add(root);
            site.Nodes.Add(node);
            await node.StartAsync();
        }

        if (behindNginx)
        {
            site.Nginx = await Nginx.StartAsync(site.Roots.Select(root => root.Port), "", ("nginx.conf", "worker_connections 1024", "worker_connections 16384"));
        }

        return site;
    }

    /// <summary>The bus is gone: its connections are cut, and nobody listens there.</summary>
    public void TakeBusAway()
    {
        wayToBus!.Refuse();
        wayToBus.CutAll(CutKind.Reset);
    }

    /// <summary>The bus is there again.</summary>
    public void BringBusBack() => wayToBus!.Accept();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await (Nginx?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (wayToBus?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string BusUrl(string database, bool canFail)
    {
        var port = broker?.Port ?? postgres.Port;
        if (canFail)
        {
            wayToBus = new ChaosProxy(port);
            port = wayToBus.Port;
        }

        return broker is null ? database.Replace($":{postgres.Port}", $":{port}", StringComparison.Ordinal) : RabbitMqServer.UrlAt(port);
    }

    /// <summary>One machine plays thousands of users, so no limit but admission, which is what returning is measured against.</summary>
    private static Dictionary<string, string> Settings(string database, string bus) => new(StringComparer.Ordinal)
    {
        ["DATABASE_URL"] = database,
        ["BACKPLANE_URL"] = bus,
        ["MANAGEMENT_URL"] = "",
        ["Limits__MessagesPerMinute"] = "0",
        ["Limits__FramesPerSecond"] = "0",
        ["Limits__GuestsPerHour"] = "0",
        ["Limits__ConnectionsPerUser"] = "0",
        ["Limits__ConnectionsPerAddress"] = "0",
        ["Limits__RequestsPerMinute"] = "0",
    };
}
