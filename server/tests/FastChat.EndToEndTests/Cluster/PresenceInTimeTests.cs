using System.Diagnostics;

namespace FastChat.EndToEndTests.Cluster;

/// <summary>How soon it shows at every node who connects to one.</summary>
[Trait("Database", "Own")]
[Collection(Alone.Name)]
public sealed class PresenceInTimeTests
{
    /// <param name="hasBus">Over the bus, or by looking into the database.</param>
    /// <param name="promised">The promise in seconds, and a little for the test itself.</param>
    [Theory]
    [InlineData(true, 2.2)]
    [InlineData(false, 5)]
    public async Task PR1_who_connects_is_shown_at_the_other_node_in_time(bool hasBus, double promised)
    {
        await using var nodes = await TwoNodes.StartAsync(hasBus);
        await using var watching = await (await Guest.CreateAsync(nodes.One)).ConnectAsync();

        // The nodes know each other from here on; a node that is new itself may take three seconds more.
        await using var first = await (await Guest.CreateAsync(nodes.Other)).ConnectAsync();
        await watching.UntilAsync(arrivals => arrivals.Any(arrival => arrival.Frame.Text("type") == "PRESENCE" && arrival.Frame.Number("online_count") == 2), "two");
        for (var round = 0; round < 5; round++)
        {
            var guest = await Guest.CreateAsync(nodes.Other);
            var clock = Stopwatch.StartNew();
            await using var socket = await guest.ConnectAsync();
            await watching.SeesAsync(guest, "online");
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, Patience.For(promised).TotalSeconds);
        }
    }
}
