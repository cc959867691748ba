using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using Xunit;

namespace FastChat.Server.Tests.Presence;

/// <summary>What the tracker makes of other nodes, and tells them.</summary>
public sealed class PresenceNodesTests
{
    private static readonly Guid Ann = PresenceFixture.User(1);
    private static readonly Guid Tab = Guid.NewGuid();
    private static readonly Guid Node = Guid.NewGuid();
    private static readonly Guid Third = Guid.NewGuid();

    private readonly PresenceFixture presence = new();

    private PresenceTracker Tracker => presence.Tracker;

    [Fact]
    public void PR5_who_is_at_another_node_counts_once_and_is_listed()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Remote(Node, PresenceState.Online);
        Remote(Third, PresenceState.Away);
        Tracker.SetRemote(Node, new PresenceEntry(PresenceFixture.User(2), "Bob", PresenceState.Away, presence.Time.GetUtcNow()));
        Assert.Equal(2, Tracker.OnlineCount);
        Assert.Equal(["Bob away", "Ann online"], Tracker.SeenLast(10).Select(user => $"{user.DisplayName} {user.Status}"));
    }

    [Fact]
    public void PR2_a_user_is_online_while_any_tab_at_any_node_lives_and_away_if_all_are_away()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Remote(Node, PresenceState.Online);
        Tracker.StatusChanged(Tab, Ann, isAway: true);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        Remote(Node, PresenceState.Away);
        Assert.Equal(PresenceStatus.Away, presence.StatusOf(Ann));
        Tracker.Gone(Tab, Ann, grace: true);
        presence.Pass(10);
        Assert.Equal(PresenceStatus.Away, presence.StatusOf(Ann));
        Remote(Node, PresenceState.Gone);
        Assert.Equal(PresenceStatus.Offline, presence.StatusOf(Ann));
        Assert.Equal([Ann, Ann, Ann], presence.Changes);
    }

    [Fact]
    public void What_is_told_twice_changes_nothing()
    {
        Remote(Node, PresenceState.Online);
        Remote(Node, PresenceState.Online);
        Remote(Third, PresenceState.Gone);
        Assert.Equal([Ann], presence.Changes);
        Remote(Node, PresenceState.Gone);
        Remote(Node, PresenceState.Gone);
        Assert.Equal([Ann, Ann], presence.Changes);
    }

    [Fact]
    public void PR3_a_reload_that_lands_at_another_node_shows_nothing_and_ends_the_reason_here()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        presence.Changes.Clear();
        presence.Records.Clear();
        Tracker.Gone(Tab, Ann, grace: true);
        var left = presence.Time.GetUtcNow();
        presence.Pass(2);
        Assert.Empty(presence.Records);
        Assert.Equal(PresenceState.Online, Local().State);
        Remote(Node, PresenceState.Online);
        Assert.Equal([new PresenceRecord(Tab, Ann, null, left, null)], presence.Records);
        Assert.Equal(PresenceState.Gone, Local().State);
        presence.Pass(10);
        Assert.Empty(presence.Changes);
    }

    [Fact]
    public void PR3_reloads_that_land_here_and_there_in_turn_show_nothing_however_late_the_other_node_s_word_comes()
    {
        Remote(Node, PresenceState.Online);
        Tracker.Connected(Tab, Ann, "Ann");
        presence.Changes.Clear();
        presence.Records.Clear();
        Tracker.Gone(Tab, Ann, grace: true);
        Assert.Empty(presence.Records);
        Assert.Equal(PresenceState.Online, Local().State);

        // The end of the time before last is heard only now, and of the newest connection there nothing yet.
        Remote(Node, PresenceState.Gone);
        presence.Pass(1);
        Remote(Node, PresenceState.Online);
        Assert.Equal([Tab], presence.Records.Select(record => record.ReasonId));
        presence.Pass(10);
        Assert.Empty(presence.Changes);
        Assert.Equal(PresenceState.Gone, Local().State);
    }

    [Fact]
    public void The_end_of_a_tab_here_is_told_after_its_grace_though_the_user_is_at_another_node()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Remote(Node, PresenceState.Online);
        presence.Records.Clear();
        Tracker.Gone(Tab, Ann, grace: true);
        presence.Pass(2.5);
        Remote(Node, PresenceState.Online);
        Assert.Empty(presence.Records);
        presence.Pass(1);
        Assert.Equal([Tab], presence.Records.Select(record => record.ReasonId));
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        Assert.Equal([Ann], presence.Changes);
    }

    [Fact]
    public void An_end_whose_grace_is_over_is_told_even_if_another_node_s_word_comes_before_the_reaper()
    {
        Remote(Node, PresenceState.Online);
        Tracker.Connected(Tab, Ann, "Ann");
        presence.Records.Clear();
        Tracker.Gone(Tab, Ann, grace: true);
        presence.Time.Advance(TimeSpan.FromSeconds(4));
        Remote(Node, PresenceState.Gone);
        Assert.Equal([Tab], presence.Records.Select(record => record.ReasonId));
        Assert.Equal(PresenceStatus.Offline, presence.StatusOf(Ann));
    }

    [Fact]
    public void PR3_that_the_last_reason_ended_is_told_the_others_after_the_grace_with_the_time_of_the_end()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.StatusChanged(Tab, Ann, isAway: true);
        presence.Records.Clear();
        var left = presence.Time.GetUtcNow();
        Tracker.Gone(Tab, Ann, grace: true);
        Assert.Equal(PresenceState.Away, Local().State);
        presence.Pass(2.75);
        Assert.Empty(presence.Records);
        presence.Pass(0.5);
        Assert.Equal([new PresenceRecord(Tab, Ann, null, left, null)], presence.Records);
        Assert.Equal((PresenceState.Gone, left), (Local().State, Local().LastSeen));
    }

    [Fact]
    public void PR4_an_end_without_grace_is_told_at_once()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.Gone(Tab, Ann, grace: false);
        Assert.Null(presence.Records[^1].Status);
        Assert.Equal(PresenceState.Gone, Local().State);
    }

    [Fact]
    public void PR4_who_was_at_a_dead_node_was_last_seen_when_that_last_lived_unless_here_later()
    {
        var now = presence.Time.GetUtcNow();
        Remote(Node, PresenceState.Online);
        presence.Pass(20);
        Tracker.GoneRemote(Node, Ann, now.AddSeconds(7));
        Assert.Equal(now.AddSeconds(7), Tracker.Find(Ann)!.LastSeen);
        Remote(Node, PresenceState.Online);
        var here = presence.Time.GetUtcNow();
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.Gone(Tab, Ann, grace: false);
        Tracker.GoneRemote(Node, Ann, now);
        Assert.Equal(here, Tracker.Find(Ann)!.LastSeen);
    }

    [Fact]
    public void The_others_are_told_of_this_node_s_own_reasons_only()
    {
        Remote(Node, PresenceState.Online);
        Assert.Equal(PresenceState.Gone, Local().State);
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.StatusChanged(Tab, Ann, isAway: true);
        Assert.Equal(PresenceState.Away, Local().State);
        Assert.Equal([Tab], Tracker.LocalRecords().Select(record => record.ReasonId));
        Assert.DoesNotContain(presence.Records, record => record.ReasonId == Node);
    }

    private PresenceEntry Local() => Assert.Single(Tracker.LocalEntries([Ann]));

    private void Remote(Guid node, PresenceState state) => Tracker.SetRemote(node, new PresenceEntry(Ann, "Ann", state, presence.Time.GetUtcNow()));
}
