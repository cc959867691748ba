using System.Collections.Immutable;
using FastChat.Protocol;
using FastChat.Server.Presence;
using Xunit;

namespace FastChat.Server.Tests.Presence;

public sealed class PresenceTrackerTests
{
    private static readonly Guid Ann = PresenceFixture.User(1);
    private static readonly Guid Tab = Guid.NewGuid();
    private static readonly Guid OtherTab = Guid.NewGuid();

    private readonly PresenceFixture presence = new();

    private PresenceTracker Tracker => presence.Tracker;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PR2_closing_one_of_two_tabs_changes_nothing_be_it_the_older_or_the_newer(bool isOlder)
    {
        Tracker.Connected(Tab, Ann, "Ann");
        presence.Pass(1);
        Tracker.Connected(OtherTab, Ann, "Ann");
        presence.Changes.Clear();
        Tracker.Gone(isOlder ? Tab : OtherTab, Ann, grace: false);
        presence.Pass(10);
        Assert.Empty(presence.Changes);
        Assert.Equal((PresenceStatus.Online, 1), (presence.StatusOf(Ann), Tracker.OnlineCount));
    }

    [Fact]
    public void PR2_a_user_is_away_only_if_all_connections_are()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.Connected(OtherTab, Ann, "Ann");
        Tracker.StatusChanged(Tab, Ann, isAway: true);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        Tracker.StatusChanged(OtherTab, Ann, isAway: true);
        Assert.Equal(PresenceStatus.Away, presence.StatusOf(Ann));
        Tracker.StatusChanged(OtherTab, Ann, isAway: true);
        Tracker.StatusChanged(Tab, Ann, isAway: false);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        Assert.Equal([Ann, Ann, Ann], presence.Changes);

        // The only tab at which somebody sat is closed: what is left is away.
        Tracker.Gone(Tab, Ann, grace: true);
        Assert.Equal(PresenceStatus.Away, presence.StatusOf(Ann));
        Assert.Equal(4, presence.Changes.Count);
    }

    [Fact]
    public void PR2_a_new_connection_of_a_user_who_is_away_brings_them_back()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.StatusChanged(Tab, Ann, isAway: true);
        Tracker.Connected(OtherTab, Ann, "Ann");
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
    }

    [Fact]
    public void PR2_the_late_end_of_a_superseded_connection_evicts_nobody()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.Gone(Tab, Ann, grace: false);
        Tracker.Connected(OtherTab, Ann, "Ann");
        presence.Changes.Clear();
        presence.Records.Clear();
        Tracker.Gone(Tab, Ann, grace: false);
        Tracker.StatusChanged(Tab, Ann, isAway: true);
        Tracker.Gone(Guid.NewGuid(), PresenceFixture.User(99), grace: false);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        Assert.Empty(presence.Changes);
        Assert.Empty(presence.Records);
    }

    [Fact]
    public void PR3_a_reload_within_three_seconds_shows_nothing()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        presence.Changes.Clear();
        Tracker.Gone(Tab, Ann, grace: true);
        presence.Pass(2.75);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        Tracker.Connected(OtherTab, Ann, "Ann");
        presence.Pass(60);
        Assert.Empty(presence.Changes);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
    }

    [Fact]
    public void PR3_after_the_grace_a_user_is_gone_and_was_last_seen_when_the_connection_ended()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        presence.Pass(5);
        var ended = presence.Time.GetUtcNow();
        presence.Changes.Clear();
        Tracker.Gone(Tab, Ann, grace: true);
        presence.Pass(2.75);
        Assert.Equal(1, Tracker.OnlineCount);
        presence.Pass(0.25);
        Assert.Equal(0, Tracker.OnlineCount);
        Assert.Equal([Ann], presence.Changes);
        Assert.Equal(new PresenceBody(Ann, "Ann", PresenceStatus.Offline, ended), Tracker.Find(Ann));
        Assert.Empty(Tracker.SeenLast(10));
    }

    [Fact]
    public void PR4_without_grace_a_user_is_gone_at_once()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        presence.Changes.Clear();
        Tracker.Gone(Tab, Ann, grace: false);
        Assert.Equal((PresenceStatus.Offline, 0), (presence.StatusOf(Ann), Tracker.OnlineCount));
        Assert.Equal([Ann], presence.Changes);
    }

    [Fact]
    public void PR4_of_two_connections_the_last_one_s_end_decides_about_the_grace()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.Connected(OtherTab, Ann, "Ann");
        Tracker.Gone(Tab, Ann, grace: false);
        Tracker.Gone(OtherTab, Ann, grace: true);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.Connected(OtherTab, Ann, "Ann");
        Tracker.Gone(Tab, Ann, grace: true);
        Tracker.Gone(OtherTab, Ann, grace: false);
        Assert.Equal(PresenceStatus.Offline, presence.StatusOf(Ann));
    }

    [Fact]
    public void A_heartbeat_keeps_a_user_online_for_its_time_and_the_next_one_renews_it()
    {
        var session = Guid.NewGuid();
        var state = Tracker.Heartbeat(session, Ann, "Ann");
        Assert.Equal(new PresenceBody(Ann, "Ann", PresenceStatus.Online, presence.Time.GetUtcNow()), state);
        presence.Pass(59);
        Tracker.Heartbeat(session, Ann, "Ann");
        presence.Pass(59.75);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        presence.Changes.Clear();
        presence.Pass(0.25);
        Assert.Equal(PresenceStatus.Offline, presence.StatusOf(Ann));
        Assert.Equal([Ann], presence.Changes);
    }

    [Fact]
    public void A_heartbeat_that_ends_leaves_a_connected_user_alone()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.Heartbeat(Guid.NewGuid(), Ann, "Ann");
        Tracker.StatusChanged(Tab, Ann, isAway: true);
        Assert.Equal(PresenceStatus.Online, presence.StatusOf(Ann));
        presence.Pass(60);
        Assert.Equal(PresenceStatus.Away, presence.StatusOf(Ann));
    }

    [Fact]
    public void The_record_tells_of_every_reason_that_came_changed_and_went()
    {
        var now = presence.Time.GetUtcNow();
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.StatusChanged(Tab, Ann, isAway: true);
        Tracker.Gone(Tab, Ann, grace: true);
        Tracker.Heartbeat(OtherTab, Ann, "Ann");
        Assert.Equal(
            [
                new PresenceRecord(Tab, Ann, PresenceStatus.Online, now, null),
                new PresenceRecord(Tab, Ann, PresenceStatus.Away, now, null),
                new PresenceRecord(Tab, Ann, null, now, null),
                new PresenceRecord(OtherTab, Ann, PresenceStatus.Online, now, now.AddSeconds(60)),
            ],
            presence.Records);
    }

    [Fact]
    public void PR5_those_seen_last_come_first()
    {
        presence.Crowd(1, 3);
        Tracker.StatusChanged(presence.Records[0].ReasonId, PresenceFixture.User(1), isAway: true);
        Assert.Equal(["User 1", "User 3"], Tracker.SeenLast(2).Select(user => user.DisplayName));
    }

    [Fact]
    public void PR7_a_rename_shows_at_once_and_in_the_last_state_of_who_has_gone()
    {
        Tracker.Connected(Tab, Ann, "Ann");
        Tracker.Renamed(new PresenceBody(Ann, "Anna", PresenceStatus.Offline, default));
        Assert.Equal(("Anna", PresenceStatus.Online), (Tracker.Find(Ann)!.DisplayName, Tracker.Find(Ann)!.Status));
        Tracker.Gone(Tab, Ann, grace: false);
        var seen = presence.Time.GetUtcNow();
        presence.Pass(1);
        Tracker.Renamed(new PresenceBody(Ann, "Anne", PresenceStatus.Offline, default));
        Assert.Equal(new PresenceBody(Ann, "Anne", PresenceStatus.Offline, seen), Tracker.Find(Ann));
    }

    [Fact]
    public void PR7_a_rename_of_somebody_long_gone_stays_at_hand_until_it_is_shown()
    {
        var longAgo = presence.Time.GetUtcNow().AddDays(-7);
        Tracker.Renamed(new PresenceBody(Ann, "Anna", PresenceStatus.Offline, longAgo));
        presence.Pass(5);
        Assert.Equal(new PresenceBody(Ann, "Anna", PresenceStatus.Offline, longAgo), Tracker.Find(Ann));
        presence.Pass(60);
        Assert.Null(Tracker.Find(Ann));
    }

    [Fact]
    public void The_last_state_of_who_has_gone_is_at_hand_for_a_minute_however_long_the_grace_was()
    {
        var patient = new PresenceFixture(graceSeconds: 60);
        patient.Tracker.Connected(Tab, Ann, "Ann");
        patient.Tracker.Gone(Tab, Ann, grace: true);
        patient.Time.Advance(TimeSpan.FromSeconds(60.1));
        patient.Tracker.Expire();
        Assert.Equal(PresenceStatus.Offline, patient.Tracker.Find(Ann)?.Status);
        patient.Pass(60.5);
        Assert.Null(patient.Tracker.Find(Ann));
    }

    [Fact]
    public async Task PR5_a_list_and_its_count_are_of_one_moment_however_many_come_and_go_meanwhile()
    {
        using var enough = new CancellationTokenSource();
        var comingAndGoing = Task.Run(() =>
        {
            for (var round = 0; !enough.IsCancellationRequested; round++)
            {
                var user = PresenceFixture.User(round % 5);
                Tracker.Connected(Tab, user, "Ann");
                Tracker.Gone(Tab, user, grace: false);
            }

            return Task.CompletedTask;
        });
        var hidden = new Dictionary<Guid, DateTimeOffset> { [Ann] = DateTimeOffset.UnixEpoch }.ToImmutableDictionary();
        var seen = new HashSet<(int Entries, int Count)>();
        var began = TimeProvider.System.GetTimestamp();
        for (var round = 0; round < 100_000 || seen.Count < 2; round++)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience.For(120), "the user was never seen both coming and going");
            var (entries, count) = Tracker.List(10, round % 2 == 0 ? hidden : hidden.Clear());
            seen.Add((entries.Count, count));
        }

        await enough.CancelAsync();
        await comingAndGoing.WithinLimitAsync();
        Assert.Equal([(0, 0), (1, 1)], seen.Order());
    }
}
