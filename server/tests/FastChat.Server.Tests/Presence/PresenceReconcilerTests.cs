using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using Xunit;

namespace FastChat.Server.Tests.Presence;

public sealed class PresenceReconcilerTests : IAsyncLifetime
{
    private static readonly Guid Ann = PresenceFixture.User(1);
    private static readonly Guid Bob = PresenceFixture.User(2);
    private static readonly Guid Node = Guid.NewGuid();

    private readonly NodesFixture node = new();

    public async ValueTask InitializeAsync()
    {
        node.Others.Add(new NodePresence(Node, 4, true, null, [Entry(Ann, PresenceState.Online)]));
        await node.StartAsync();
        node.Others[0] = node.Others[0] with { IsWhole = false, Entries = [] };
    }

    public ValueTask DisposeAsync()
    {
        node.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Who_is_at_other_nodes_is_known_before_anybody_connects() => Assert.Equal(PresenceStatus.Online, node.Presence.StatusOf(Ann));

    [Fact]
    public async Task PR1_a_hint_that_follows_what_is_known_is_shown_without_a_look_into_the_database()
    {
        var reads = node.Reads.Count;
        node.Bus.Publish(new PresenceHint(Node, 5, [Entry(Bob, PresenceState.Away)]));
        node.Bus.Publish(new PresenceHint(Node, 6, [Entry(Ann, PresenceState.Gone)]));
        await Settle.UntilAsync(() => node.Presence.StatusOf(Ann) == PresenceStatus.Offline);
        Assert.Equal(PresenceStatus.Away, node.Presence.StatusOf(Bob));
        Assert.Equal(reads, node.Reads.Count);
        node.Others[0] = node.Others[0] with { Version = 6 };
        await node.PassUntilAsync(() => node.Reads.Count > reads, atMost: 1.1);
        Assert.Equal(6, node.Reads[^1][Node]);
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(5, true)]
    public async Task A_hint_that_does_not_follow_or_carries_nothing_lets_the_database_be_read_at_once(int version, bool isEmpty)
    {
        node.Others[0] = node.Others[0] with { Version = 6, Entries = [Entry(Ann, PresenceState.Gone), Entry(Bob, PresenceState.Online)] };
        node.Bus.Publish(new PresenceHint(Node, version, isEmpty ? null : []));
        await Settle.UntilAsync(() => node.Presence.StatusOf(Bob) == PresenceStatus.Online);
        Assert.Equal(PresenceStatus.Offline, node.Presence.StatusOf(Ann));
        Assert.Equal(4, node.Reads[^1][Node]);
    }

    [Fact]
    public async Task A_hint_of_what_was_read_already_changes_nothing()
    {
        node.Bus.Publish(new PresenceHint(Node, 4, [Entry(Ann, PresenceState.Gone)]));
        node.Bus.Publish(new PresenceHint(Node, 5, [Entry(Bob, PresenceState.Online)]));
        await Settle.UntilAsync(() => node.Presence.StatusOf(Bob) == PresenceStatus.Online);
        Assert.Equal(PresenceStatus.Online, node.Presence.StatusOf(Ann));
    }

    [Fact]
    public async Task PR1_without_any_hint_a_change_is_there_within_a_second()
    {
        node.Others[0] = node.Others[0] with { Version = 5, Entries = [Entry(Bob, PresenceState.Online)] };
        await node.PassUntilAsync(() => node.Presence.StatusOf(Bob) == PresenceStatus.Online, atMost: 1.1);
    }

    [Fact]
    public async Task PR4_a_node_that_was_declared_dead_takes_its_users_along_who_were_last_seen_when_it_last_lived()
    {
        var at = node.Time.GetUtcNow().AddSeconds(0.5);
        node.Others[0] = node.Others[0] with { DeadSince = at };
        await node.PassUntilAsync(() => node.Tracker.OnlineCount == 0, atMost: 1.1);
        Assert.Equal(at, node.Tracker.Find(Ann)!.LastSeen);
    }

    [Fact]
    public async Task A_node_that_left_takes_its_users_along()
    {
        Assert.True(node.Peers.MayExist);
        node.Others.Clear();
        await node.PassUntilAsync(() => node.Tracker.OnlineCount == 0, atMost: 1.1);
        Assert.False(node.Peers.MayExist);
        Assert.Equal(PresenceStatus.Offline, node.Presence.StatusOf(Ann));
    }

    [Fact]
    public async Task A_whole_reading_lets_go_who_is_not_in_it()
    {
        node.Others[0] = new NodePresence(Node, 900, true, null, [Entry(Bob, PresenceState.Online)]);
        await node.PassUntilAsync(() => node.Presence.StatusOf(Bob) == PresenceStatus.Online, atMost: 1.1);
        Assert.Equal(PresenceStatus.Offline, node.Presence.StatusOf(Ann));
    }

    [Fact]
    public async Task While_the_database_is_away_everybody_stays_as_they_are()
    {
        var reads = node.Reads.Count;
        node.IsAway = true;
        for (var second = 0; second < 60; second++)
        {
            node.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(PresenceStatus.Online, node.Presence.StatusOf(Ann));
        node.IsAway = false;
        await node.PassUntilAsync(() => node.Reads.Count > reads, atMost: 1.1);
        Assert.Equal(PresenceStatus.Online, node.Presence.StatusOf(Ann));
        Assert.Equal([Ann], node.Presence.Changes);
    }

    [Fact]
    public async Task PR7_a_name_that_is_read_and_not_known_is_found_and_one_in_a_hint_is_not_believed()
    {
        node.Bus.Publish(new PresenceHint(Node, 5, [Entry(Ann, PresenceState.Away) with { DisplayName = "Old" }]));
        await Settle.UntilAsync(() => node.Presence.StatusOf(Ann) == PresenceStatus.Away);
        Assert.Empty(node.Renamed);
        Assert.Equal("Name", node.Tracker.Find(Ann)!.DisplayName);
        var stranger = PresenceFixture.User(3);
        node.Others[0] = node.Others[0] with
        {
            Version = 6,
            Entries =
            [
                Entry(Ann, PresenceState.Away) with { DisplayName = "New" }, Entry(Bob, PresenceState.Gone),
                Entry(stranger, PresenceState.Gone) with { IsRenamed = true },
            ],
        };
        await node.PassUntilAsync(() => node.Renamed.Count == 2, atMost: 1.1);
        Assert.Equal([Ann, stranger], node.Renamed);
    }

    private PresenceEntry Entry(Guid user, PresenceState state) => new(user, "Name", state, node.Time.GetUtcNow());
}
