using FastChat.Server.Cluster;
using Xunit;

namespace FastChat.Server.Tests.Presence;

public sealed class PresenceRecorderTests : IAsyncLifetime
{
    private static readonly Guid Ann = PresenceFixture.User(1);
    private static readonly Guid Tab = Guid.NewGuid();

    private readonly NodesFixture node = new();

    public async ValueTask InitializeAsync() => await node.StartAsync();

    public ValueTask DisposeAsync()
    {
        node.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task PR1_a_change_after_a_quiet_time_is_written_and_told_at_once_and_others_are_gathered()
    {
        node.Tracker.Connected(Tab, Ann, "Ann");
        await Settle.UntilAsync(() => node.Published.Count == 1);
        await node.GathersAsync();
        node.Tracker.StatusChanged(Tab, Ann, isAway: true);
        node.Presence.Crowd(2, 5);
        await node.PassUntilAsync(() => node.Published.Count == 2, atMost: 0.6);
        Assert.Equal([1, 6], node.Writes.Select(write => write.Records.Count));
        Assert.Equal([1L, 2L], node.Published.Select(hint => hint.Version));
        Assert.Equal(
            (Ann, "Ann", PresenceState.Away),
            node.Published[1].Entries!.Select(entry => (entry.UserId, entry.DisplayName, entry.State)).Single(entry => entry.UserId == Ann));
    }

    [Fact]
    public async Task More_changes_than_go_into_a_hint_are_left_to_be_read()
    {
        node.Tracker.Connected(Tab, Ann, "Ann");
        await Settle.UntilAsync(() => node.Published.Count == 1);
        await node.GathersAsync();
        node.Presence.Crowd(2, PresenceHint.MostEntries + 1);
        await node.PassUntilAsync(() => node.Published.Count == 2, atMost: 0.6);
        Assert.Null(node.Published[1].Entries);
        Assert.Equal(PresenceHint.MostEntries + 1, node.Writes[1].Records.Count);
    }

    [Fact]
    public async Task What_could_not_be_written_while_the_database_was_away_is_written_when_it_is_back()
    {
        node.IsAway = true;
        node.Tracker.Connected(Tab, Ann, "Ann");
        for (var second = 0; second < 60; second++)
        {
            await node.GathersAsync();
            node.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await node.GathersAsync();
        Assert.Empty(node.Published);
        node.IsAway = false;
        await node.PassUntilAsync(() => node.Published.Count == 1, atMost: 0.6);
        Assert.Equal([Tab], node.Writes.Single().Records.Select(record => record.ReasonId));
    }

    [Fact]
    public async Task A_node_that_begins_anew_writes_all_who_are_here_under_its_new_id()
    {
        node.Tracker.Connected(Tab, Ann, "Ann");
        await Settle.UntilAsync(() => node.Writes.Count == 1);
        await node.GathersAsync();
        var old = node.Lease.NodeId;
        node.Nodes.Rows[old] = node.Nodes.Rows[old] with { IsDead = true };
        var heartbeat = Guid.NewGuid();
        node.Tracker.Heartbeat(heartbeat, PresenceFixture.User(2), "Bob");
        await node.Lease.RenewAsync(default);
        await node.PassUntilAsync(() => node.Writes.Count == 2, atMost: 0.6);
        Assert.NotEqual(old, node.Writes[1].NodeId);
        Assert.Equal(node.Lease.NodeId, node.Writes[1].NodeId);
        Assert.Equal(new[] { Tab, heartbeat }.Order(), node.Writes[1].Records.Select(record => record.ReasonId).Order());
    }
}
