using FastChat.EndToEndTests.Faults;
using FastChat.Faults.Clients;
using FastChat.Faults.Network;

namespace FastChat.EndToEndTests.Cluster;

/// <summary>Links that are cut between single pairs while people at three nodes write to each other; at the end nothing is lost, doubled or out of order.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class LinkFaultTests
{
    [Fact]
    public async Task CH1_CH2_CH3_CL5_links_cut_between_single_nodes_and_the_database_or_the_bus()
    {
        await using var network = await NodeNetwork.MakeAsync(3);
        var postgres = await PostgresServer.StartAsync();
        await using var toDatabase = new ChaosProxy(postgres.Port, address: network.Database);
        await using var toBus = new ChaosProxy((await RabbitMqServer.SharedAsync()).Port, address: network.Bus);
        var bus = RabbitMqServer.UrlAt(toBus.Port).Replace("127.0.0.1", $"{network.Bus}", StringComparison.Ordinal);
        await using var three = await ThreeNodes.StartAsync(bus, network, toDatabase, postgres);
        await using var crowd = await Crowd.GatherAsync(three.Nodes[0].Root, number => three.Nodes[number % 3].Root, ThreeNodes.Talk);
        crowd.StartTyping();
        await ThreeNodes.GoOnAsync(crowd);

        await network.CutAsync(0, network.Bus);
        await Eventually.HoldsAsync(() => ThreeNodes.TellsOfTheBus(three.Nodes[0], "is away") == 1, "the first node misses the bus", Patience.For(90));
        await network.CutAsync(1, network.Database);
        await ThreeNodes.GoOnAsync(crowd);
        await Eventually.HoldsAsync(async () => await three.Nodes[1].Api.StatusAsync("/health/ready") == 503, "the second node misses the database", Patience.For(90));
        await network.MendAsync(0, network.Bus);
        await ThreeNodes.GoOnAsync(crowd);
        await network.MendAsync(1, network.Database);
        await Eventually.HoldsAsync(async () => await three.Nodes[1].Api.StatusAsync("/health/ready") == 200, "the second node is ready", Patience.For(90));
        await Eventually.HoldsAsync(() => ThreeNodes.TellsOfTheBus(three.Nodes[0], "is back") == 1, "the first node is back on the bus", Patience.For(90));
        await ThreeNodes.GoOnAsync(crowd);
        Assert.InRange((await Verdict.AssertKeptAsync(crowd, three.Nodes[2].Root)).Acked, 300, long.MaxValue);
    }
}
