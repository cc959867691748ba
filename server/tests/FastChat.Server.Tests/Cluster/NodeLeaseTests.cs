using FastChat.Server.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Cluster;

public sealed class NodeLeaseTests
{
    private readonly FakeTime time = new();
    private readonly FakeNodes nodes;
    private readonly List<string> happened = [];

    public NodeLeaseTests() => nodes = new FakeNodes(time);

    [Fact]
    public async Task A_database_that_is_away_for_a_minute_costs_nobody_the_lease()
    {
        var (one, other) = (await JoinAsync("one"), await JoinAsync("other"));
        await PassAsync(15, one, other);
        nodes.IsAway = true;
        await PassAsync(60, one, other);
        nodes.IsAway = false;

        // One of them finds the database back long before the other does, and sees a lease that lapsed long ago.
        await PassAsync(9, one);
        await PassAsync(30, one, other);
        Assert.Empty(happened);
        Assert.All(nodes.Rows.Values, row => Assert.False(row.IsDead));
    }

    [Fact]
    public async Task A_node_that_stood_still_and_was_declared_dead_begins_anew_with_a_new_id()
    {
        var (one, other) = (await JoinAsync("one"), await JoinAsync("other"));
        var old = one.NodeId;
        await PassAsync(15, one, other);
        await PassAsync(15, other);
        Assert.True(nodes.Rows[old].IsDead);
        Assert.Empty(happened);
        await one.RenewAsync(default);
        Assert.Equal(["one lost", "one joined"], happened);
        Assert.NotEqual(old, one.NodeId);
        await PassAsync(30, one, other);
        Assert.Equal(["one lost", "one joined"], happened);
        Assert.False(nodes.Rows[one.NodeId].IsDead);
        Assert.True(nodes.Rows[old].IsDead);
    }

    [Fact]
    public async Task A_lease_that_lapsed_while_nobody_else_was_there_is_renewed()
    {
        var one = await JoinAsync("one");
        time.Advance(TimeSpan.FromHours(1));
        await one.RenewAsync(default);
        Assert.Empty(happened);
        Assert.Equal(time.GetUtcNow(), nodes.Rows[one.NodeId].RenewedAt);
    }

    [Fact]
    public async Task Nobody_is_declared_dead_by_a_node_that_has_not_been_connected_for_a_whole_lease()
    {
        var silent = Guid.NewGuid();
        await nodes.JoinAsync(silent, default);
        time.Advance(TimeSpan.FromMinutes(5));
        var fresh = await JoinAsync("fresh");
        await PassAsync(9, fresh);
        Assert.False(nodes.Rows[silent].IsDead);
        await PassAsync(3, fresh);
        Assert.True(nodes.Rows[silent].IsDead);
    }

    [Fact]
    public async Task After_an_outage_the_lease_s_length_begins_again()
    {
        var (one, other) = (await JoinAsync("one"), await JoinAsync("other"));
        await PassAsync(30, one, other);
        nodes.IsAway = true;
        await PassAsync(3, one);
        nodes.IsAway = false;
        await PassAsync(12, one);
        Assert.False(nodes.Rows[other.NodeId].IsDead);
        await PassAsync(3, one);
        Assert.True(nodes.Rows[other.NodeId].IsDead);
    }

    [Fact]
    public async Task Who_stood_still_together_with_the_others_does_not_declare_them_dead_on_waking_first()
    {
        var (one, other) = (await JoinAsync("one"), await JoinAsync("other"));
        await PassAsync(30, one, other);
        time.Advance(TimeSpan.FromMinutes(10));
        await one.RenewAsync(default);
        await PassAsync(6, one);
        await PassAsync(12, one, other);
        Assert.Empty(happened);
        Assert.All(nodes.Rows.Values, row => Assert.False(row.IsDead));
    }

    [Fact]
    public async Task A_node_that_lost_its_lease_joins_again_once_the_database_lets_it()
    {
        var one = await JoinAsync("one");
        nodes.Rows[one.NodeId] = nodes.Rows[one.NodeId] with { IsDead = true };
        one.Lost += () => nodes.IsAway = true;
        await PassAsync(9, one);
        Assert.Equal(["one lost"], happened);
        nodes.IsAway = false;
        await PassAsync(3, one);
        Assert.Equal(["one lost", "one joined"], happened);
        Assert.Contains(one.NodeId, nodes.Rows.Keys);
    }

    [Fact]
    public async Task A_node_whose_row_is_gone_altogether_begins_anew()
    {
        var one = await JoinAsync("one");
        nodes.Rows.Clear();
        await one.RenewAsync(default);
        Assert.Equal(["one lost", "one joined"], happened);
    }

    [Fact]
    public async Task It_renews_itself_every_three_seconds_and_leaves_in_order()
    {
        using var one = new NodeLease(nodes, time, NullLogger<NodeLease>.Instance);
        await one.StartAsync(default);
        var began = time.GetUtcNow();
        for (var round = 1; round <= 3; round++)
        {
            var wanted = began.AddSeconds(3 * round);
            await Settle.UntilAsync(() => time.ActiveTimers > 0);
            time.Advance(TimeSpan.FromSeconds(3));
            await Settle.UntilAsync(() => nodes.Rows[one.NodeId].RenewedAt == wanted);
        }

        await one.StopAsync(default).WithinLimitAsync();
        Assert.Empty(nodes.Rows);
    }

    /// <summary>A node that has just joined; the test lets it renew itself.</summary>
    private async Task<NodeLease> JoinAsync(string name)
    {
        // A clock of its own, which stands still: only the test renews.
        var lease = new NodeLease(nodes, new FakeTime(), NullLogger<NodeLease>.Instance);
        lease.Lost += () => happened.Add($"{name} lost");
        lease.Joined += () => happened.Add($"{name} joined");
        await lease.StartAsync(default);
        return lease;
    }

    /// <summary>Lets time pass, in which these nodes renew themselves every 3 s.</summary>
    private async Task PassAsync(int seconds, params NodeLease[] renewing)
    {
        for (var passed = 0; passed < seconds; passed += 3)
        {
            time.Advance(NodeLease.RenewPeriod);
            foreach (var lease in renewing)
            {
                await lease.RenewAsync(default);
            }
        }
    }
}
