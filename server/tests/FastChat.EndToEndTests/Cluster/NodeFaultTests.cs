using FastChat.EndToEndTests.Faults;
using FastChat.Faults.Clients;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Cluster;

/// <summary>Nodes that are killed, frozen and drained behind nginx while people write to each other; at the end nothing is lost, doubled or out of order.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class NodeFaultTests
{
    [Fact]
    public async Task CH1_CH2_CH3_CL5_nodes_killed_frozen_and_drained_behind_nginx_with_the_database_restarted_and_nginx_reloaded()
    {
        await using var three = await ThreeNodes.StartAsync();
        await using var nginx = await Nginx.StartAsync([.. three.Nodes.Select(node => node.Port)]);
        var entrance = new Uri($"http://127.0.0.1:{nginx.Port}");
        await using var crowd = await Crowd.GatherAsync(three.Nodes[0].Root, _ => entrance, ThreeNodes.Talk);
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
}
