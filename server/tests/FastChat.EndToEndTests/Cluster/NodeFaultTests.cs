using FastChat.EndToEndTests.Faults;
using FastChat.Faults.Clients;
using FastChat.Faults.Network;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Cluster;

/// <summary>What can happen to three nodes while people write to each other; at the end nothing is lost, doubled or out of order.</summary>
[Trait("Database", "Own")]
[Collection(Alone.Name)]
public sealed class NodeFaultTests
{
    private static readonly CrowdSettings Talk = new() { Users = 6, Rate = 15 };

    [Fact]
    public async Task CH1_CH2_CH3_CL5_nodes_killed_frozen_and_drained_behind_nginx_with_the_database_restarted_and_nginx_reloaded()
    {
        await using var three = await ThreeNodes.StartAsync();
        await using var nginx = await Nginx.StartAsync([.. three.Nodes.Select(node => node.Port)]);
        var entrance = new Uri($"http://127.0.0.1:{nginx.Port}");
        await using var crowd = await Crowd.GatherAsync(three.Nodes[0].Root, _ => entrance, Talk);
        crowd.StartTyping();
        await ThreeNodes.GoOnAsync(crowd);

        await three.Nodes[0].KillAsync();
        await ThreeNodes.GoOnAsync(crowd);
        await three.Nodes[0].StartAgainAsync();

        await ThreeNodes.FreezeAsync(three.Nodes[1], TimeSpan.FromSeconds(5));
        await ThreeNodes.GoOnAsync(crowd);

        Assert.Equal(0, await three.Nodes[2].TerminateAsync());
        await ThreeNodes.GoOnAsync(crowd);
        await three.Nodes[2].StartAgainAsync();

        // Long enough for the others to declare it dead; meanwhile the world goes on turning.
        var frozen = ThreeNodes.FreezeAsync(three.Nodes[1], TimeSpan.FromSeconds(20));
        await nginx.ReloadAsync();
        await three.Postgres.RestartAsync(PostgresStop.Fast);
        await ThreeNodes.GoOnAsync(crowd);
        await three.Postgres.RestartAsync(PostgresStop.Immediate);
        await frozen;
        await ThreeNodes.GoOnAsync(crowd);
        Assert.InRange((await Verdict.AssertKeptAsync(crowd, three.Nodes[0].Root)).Acked, 500, long.MaxValue);
    }

    [Fact]
    public async Task CH1_CH2_CH3_CL5_the_bus_killed_restarted_empty_and_frozen_while_a_node_stands_still_for_a_minute()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var three = await ThreeNodes.StartAsync(broker.Url);
        await using var crowd = await Crowd.GatherAsync(three.Nodes[0].Root, number => three.Nodes[number % 3].Root, Talk);
        crowd.StartTyping();
        await ThreeNodes.GoOnAsync(crowd);

        // Those who are at the frozen node find another one, as they would behind nginx.
        var frozen = ThreeNodes.FreezeAsync(three.Nodes[2], TimeSpan.FromSeconds(60));
        foreach (var client in crowd.Clients)
        {
            client.Root = client.Root == three.Nodes[2].Root ? three.Nodes[0].Root : client.Root;
        }

        await broker.KillAsync();
        await ThreeNodes.GoOnAsync(crowd, 200);
        await broker.StartAgainAsync();
        await BusIsBackAsync(three, 1);
        await ThreeNodes.GoOnAsync(crowd, 200);
        broker.Freeze();
        await Eventually.HoldsAsync(() => three.Nodes.Take(2).All(node => Count(node, "is away") == 2), "both nodes miss the bus", TimeSpan.FromSeconds(30));
        await ThreeNodes.GoOnAsync(crowd, 200);
        broker.Thaw();
        await BusIsBackAsync(three, 2);
        await frozen;
        await ThreeNodes.GoOnAsync(crowd, 200);
        Assert.InRange((await Verdict.AssertKeptAsync(crowd, three.Nodes[2].Root)).Acked, 500, long.MaxValue);
    }

    [Fact]
    public async Task CH1_CH2_CH3_CL5_links_cut_between_single_nodes_and_the_database_or_the_bus()
    {
        using var network = NodeNetwork.Make(3);
        var postgres = await PostgresServer.StartAsync();
        await using var toDatabase = new ChaosProxy(postgres.Port, address: network.Database);
        await using var toBus = new ChaosProxy((await RabbitMqServer.SharedAsync()).Port, address: network.Bus);
        var bus = RabbitMqServer.UrlAt(toBus.Port).Replace("127.0.0.1", $"{network.Bus}", StringComparison.Ordinal);
        await using var three = await ThreeNodes.StartAsync(bus, network, toDatabase, postgres);
        await using var crowd = await Crowd.GatherAsync(three.Nodes[0].Root, number => three.Nodes[number % 3].Root, Talk);
        crowd.StartTyping();
        await ThreeNodes.GoOnAsync(crowd);

        network.Cut(0, network.Bus);
        await Eventually.HoldsAsync(() => Count(three.Nodes[0], "is away") == 1, "the first node misses the bus", TimeSpan.FromSeconds(30));
        network.Cut(1, network.Database);
        await ThreeNodes.GoOnAsync(crowd);
        await Eventually.HoldsAsync(async () => await three.Nodes[1].Api.StatusAsync("/health/ready") == 503, "the second node misses the database", TimeSpan.FromSeconds(30));
        network.Mend(0, network.Bus);
        await ThreeNodes.GoOnAsync(crowd);
        network.Mend(1, network.Database);
        await Eventually.HoldsAsync(async () => await three.Nodes[1].Api.StatusAsync("/health/ready") == 200, "the second node is ready", TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync(() => Count(three.Nodes[0], "is back") == 1, "the first node is back on the bus", TimeSpan.FromSeconds(30));
        await ThreeNodes.GoOnAsync(crowd);
        Assert.InRange((await Verdict.AssertKeptAsync(crowd, three.Nodes[2].Root)).Acked, 300, long.MaxValue);
    }

    private static Task BusIsBackAsync(ThreeNodes three, int times) => Eventually.HoldsAsync(
        () => three.Nodes.Take(2).All(node => Count(node, "is back") == times), "both nodes are back on the bus", TimeSpan.FromSeconds(30));

    private static int Count(ServerProcess node, string text) => node.Log.Split('\n').Count(line => line.Contains("The bus", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));
}
