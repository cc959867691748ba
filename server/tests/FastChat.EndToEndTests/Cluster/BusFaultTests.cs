using FastChat.EndToEndTests.Faults;
using FastChat.Faults.Clients;

namespace FastChat.EndToEndTests.Cluster;

/// <summary>A bus that is killed, empty and frozen while people at three nodes write to each other; at the end nothing is lost, doubled or out of order.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class BusFaultTests
{
    [Fact]
    public async Task CH1_CH2_CH3_CL5_the_bus_killed_restarted_empty_and_frozen_while_a_node_stands_still_for_a_minute()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var three = await ThreeNodes.StartAsync(broker.Url);
        await using var crowd = await Crowd.GatherAsync(three.Nodes[0].Root, number => three.Nodes[number % 3].Root, ThreeNodes.Talk);
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
        await Eventually.HoldsAsync(() => three.Nodes.Take(2).All(node => ThreeNodes.TellsOfTheBus(node, "is away") == 2), "both nodes miss the bus", Patience.For(90));
        await ThreeNodes.GoOnAsync(crowd, 200);
        broker.Thaw();
        await BusIsBackAsync(three, 2);
        await frozen;
        await ThreeNodes.GoOnAsync(crowd, 200);
        Assert.InRange((await Verdict.AssertKeptAsync(crowd, three.Nodes[2].Root)).Acked, 500, long.MaxValue);
    }

    private static Task BusIsBackAsync(ThreeNodes three, int times) => Eventually.HoldsAsync(
        () => three.Nodes.Take(2).All(node => ThreeNodes.TellsOfTheBus(node, "is back") == times), "both nodes are back on the bus", Patience.For(90));
}
