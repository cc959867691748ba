using FastChat.Faults.Clients;
using FastChat.Faults.Network;

namespace FastChat.EndToEndTests.Cluster;

/// <summary>Three nodes on a PostgreSQL of the test's own, and a crowd that writes all the time.</summary>
public sealed class ThreeNodes : IAsyncDisposable
{
    /// <summary>Six people, 90 messages a second together.</summary>
    public static readonly CrowdSettings Talk = new() { Users = 6, Rate = 15 };

    private ThreeNodes(PostgresServer postgres, string database)
    {
        Postgres = postgres;
        Database = database;
    }

    public PostgresServer Postgres { get; }

    public string Database { get; }

    public List<ServerProcess> Nodes { get; } = [];

    /// <summary>Starts them, each in its own network if there is one.</summary>
    /// <param name="bus">What <c>BACKPLANE_URL</c> says; empty is the database itself.</param>
    /// <param name="network">Their network; null: this machine's.</param>
    /// <param name="way">Their way to the database, if they have a network.</param>
    /// <param name="postgres">The server, if it runs already; it ends with the nodes.</param>
    public static async Task<ThreeNodes> StartAsync(string bus = "", NodeNetwork? network = null, ChaosProxy? way = null, PostgresServer? postgres = null)
    {
        postgres ??= await PostgresServer.StartAsync();
        var three = new ThreeNodes(postgres, await postgres.CreateDatabaseAsync());
        var url = postgres.Url(three.Database);
        if (network is not null && way is not null)
        {
            url = url.Replace($"127.0.0.1:{postgres.Port}", $"{network.Database}:{way.Port}", StringComparison.Ordinal);
        }

        for (var number = 0; number < 3; number++)
        {
            var node = await ServerProcess.StartAsync(
                Settings.NoLimitsBut(("DATABASE_URL", url), ("BACKPLANE_URL", bus)),
                launcher: network?.Launcher(number),
                host: network?.Node(number).ToString() ?? "127.0.0.1");
            node.MayComplain = true;
            three.Nodes.Add(node);
        }

        return three;
    }

    /// <summary>Waits until so many more messages are acknowledged.</summary>
    public static Task GoOnAsync(Crowd crowd, int messages = 100)
    {
        var before = crowd.Recorder.Acked;
        return Eventually.HoldsAsync(() => crowd.Recorder.Acked >= before + messages, $"{messages} more messages", Patience.For(90));
    }

    /// <summary>A node stands still for a while, as a process does whose machine is moved or out of memory.</summary>
    public static async Task FreezeAsync(ServerProcess node, TimeSpan span)
    {
        Signal.Send(node.Id, Signal.Stop);
        await Task.Delay(span);
        Signal.Send(node.Id, Signal.Continue);
    }

    /// <summary>How often a node's log says this of the bus.</summary>
    public static int TellsOfTheBus(ServerProcess node, string text) =>
        node.Log.Split('\n').Count(line => line.Contains("The bus", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await Postgres.DisposeAsync();
    }
}
