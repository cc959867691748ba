using System.Diagnostics;

namespace FastChat.EndToEndTests.Cluster;

/// <summary>Nodes that die, stand still or lose their database, as the others and their clients see it.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class NodeLeaseTests
{
    private static readonly TimeSpan Reconciled = Patience.Bound(5);

    [Fact]
    public async Task PR4_a_killed_node_s_users_are_offline_within_twenty_seconds_unless_they_are_elsewhere_by_then()
    {
        await using var nodes = await TwoNodes.StartAsync();
        await using var watching = await (await Guest.CreateAsync(nodes.One)).ConnectAsync();
        var (goes, comes) = await Guest.PairAsync(nodes.Other);
        await using var first = await goes.ConnectAsync();
        await using var second = await comes.ConnectAsync();
        await watching.SeesAsync(goes, "online", Reconciled);
        await watching.UntilAsync(_ => watching.HistoryOf(comes).Length > 0, "both", Reconciled);

        var clock = Stopwatch.StartNew();
        await nodes.Other.KillAsync();
        await using var again = await (comes with { Server = nodes.One }).ConnectAsync();
        var gone = await watching.SeesAsync(goes, "offline", Patience.Bound(20));
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(5), Patience.Bound(20));
        Assert.Equal(2, gone.Number("online_count"));
        Assert.Equal(["online"], watching.HistoryOf(comes).Distinct());

        // The killed one comes back beside the other, which does not notice but for its users.
        await nodes.Other.StartAgainAsync();
        await using var back = await goes.ConnectAsync();
        await watching.SeesAsync(goes, "online", Reconciled);
        Assert.Null(watching.CloseCode);
    }

    [Fact]
    public async Task A_node_that_stood_still_for_too_long_closes_its_connections_with_1012_and_begins_anew()
    {
        await using var nodes = await TwoNodes.StartAsync();
        await using var watching = await (await Guest.CreateAsync(nodes.One)).ConnectAsync();
        var guest = await Guest.CreateAsync(nodes.Other);
        await using var socket = await guest.ConnectAsync();
        await watching.SeesAsync(guest, "online", Reconciled);

        Signal.Send(nodes.Other.Id, Signal.Stop);
        try
        {
            await watching.SeesAsync(guest, "offline", Patience.Bound(20));
        }
        finally
        {
            Signal.Send(nodes.Other.Id, Signal.Continue);
        }

        Assert.Equal(1012, await socket.ExpectCloseAsync());
        await Eventually.HoldsAsync(async () => await nodes.Other.Api.StatusAsync("/health/ready") == 200, "ready");
        await using var again = await guest.ConnectAsync();
        var back = await watching.SeesAsync(guest, "online", Reconciled);
        Assert.Equal(2, back.Number("online_count"));
        await again.SeesAsync(guest, "online", Reconciled);
        Assert.Null(watching.CloseCode);
    }

    [Fact]
    public async Task A_node_that_stood_still_for_a_moment_goes_on_as_if_nothing_had_been()
    {
        await using var nodes = await TwoNodes.StartAsync();
        await using var watching = await (await Guest.CreateAsync(nodes.One)).ConnectAsync();
        var guest = await Guest.CreateAsync(nodes.Other);
        await using var socket = await guest.ConnectAsync();
        await watching.SeesAsync(guest, "online", Reconciled);
        Signal.Send(nodes.Other.Id, Signal.Stop);
        await Task.Delay(TimeSpan.FromSeconds(5));
        Signal.Send(nodes.Other.Id, Signal.Continue);
        await socket.AskAsync(new { type = "PING" }, "PONG");
        await watching.UntilQuietAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(["online"], watching.HistoryOf(guest));
        Assert.Null(socket.CloseCode);
    }

    [Fact]
    public async Task A_node_that_stops_in_order_is_gone_for_the_others_at_once()
    {
        await using var nodes = await TwoNodes.StartAsync();
        await using var watching = await (await Guest.CreateAsync(nodes.One)).ConnectAsync();
        var guest = await Guest.CreateAsync(nodes.Other);
        await using var socket = await guest.ConnectAsync();
        await watching.SeesAsync(guest, "online", Reconciled);
        Assert.Equal(0, await nodes.Other.TerminateAsync());
        await watching.SeesAsync(guest, "offline", TimeSpan.FromSeconds(3) + Reconciled);
    }
}
