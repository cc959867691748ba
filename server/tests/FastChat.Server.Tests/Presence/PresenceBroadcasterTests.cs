using FastChat.Protocol;
using FastChat.Server.Presence;
using Xunit;

namespace FastChat.Server.Tests.Presence;

public sealed class PresenceBroadcasterTests
{
    private readonly PresenceFixture presence = new(listedUsers: 10);
    private readonly NotedOutput output = new();

    private PresenceBroadcaster Broadcaster => presence.Broadcaster;

    [Fact]
    public void PR5_the_first_frame_is_full_and_counts_oneself()
    {
        presence.Crowd(1, 2);
        Add(1);
        Assert.Equal(["full complete 2: User 1 online, User 2 online"], output.Take());
    }

    [Fact]
    public void PR5_above_the_bound_the_first_list_holds_those_seen_last_and_is_not_complete()
    {
        presence.Crowd(1, 12);
        Add(1);
        Assert.Equal(
            [
                "full partial 12: User 10 online, User 11 online, User 12 online, User 3 online, User 4 online, User 5 online, "
                + "User 6 online, User 7 online, User 8 online, User 9 online",
            ],
            output.Take());
    }

    [Fact]
    public void PR5_above_the_bound_complete_turns_false_without_a_new_list_and_under_90_percent_a_full_one_comes()
    {
        var crowd = presence.Crowd(1, 10);
        Add(1);
        output.Take();
        presence.Crowd(11, 1);
        Show(1);
        Assert.Empty(output.Take());
        Show(3);
        Assert.Equal(["changes partial 11:"], output.Take());

        // Between nine and ten nothing flips back.
        Leave(crowd, 2, 3);
        Show(5);
        Assert.Equal(["changes partial 9:"], output.Take());
        Leave(crowd, 4);
        Show(1);
        Assert.Equal(
            ["full complete 8: User 1 online, User 10 online, User 11 online, User 5 online, User 6 online, User 7 online, User 8 online, User 9 online"],
            output.Take());
        Leave(crowd, 5);
        Show(1);
        Assert.Equal(["changes complete 7: User 5 offline"], output.Take());
    }

    [Fact]
    public void PR5_above_the_bound_changes_of_watched_users_alone_follow()
    {
        var crowd = presence.Crowd(1, 12);
        var viewer = Add(1);
        Broadcaster.Watch(viewer, [PresenceFixture.User(2), PresenceFixture.User(3), PresenceFixture.User(2), Guid.NewGuid()]);
        output.Take();
        presence.Tracker.StatusChanged(crowd[PresenceFixture.User(2)], PresenceFixture.User(2), isAway: true);
        presence.Tracker.StatusChanged(crowd[PresenceFixture.User(4)], PresenceFixture.User(4), isAway: true);
        Show(1);
        Assert.Equal(["changes partial 12: User 2 away"], output.Take());

        // The next list replaces the last one.
        Broadcaster.Watch(viewer, [PresenceFixture.User(4)]);
        presence.Tracker.StatusChanged(crowd[PresenceFixture.User(2)], PresenceFixture.User(2), isAway: false);
        presence.Tracker.StatusChanged(crowd[PresenceFixture.User(4)], PresenceFixture.User(4), isAway: false);
        Show(1);
        Assert.Equal(["changes partial 12: User 4 online"], output.Take());
    }

    [Fact]
    public void PR5_a_watched_user_s_change_outlives_the_turn_above_the_bound()
    {
        presence.Crowd(1, 10);
        var viewer = Add(1);
        Broadcaster.Watch(viewer, [PresenceFixture.User(12)]);
        output.Take();
        presence.Crowd(11, 2);
        Show(1);
        Assert.Equal(["changes partial 12: User 12 online"], output.Take());
    }

    [Fact]
    public void PR6_changes_are_gathered_to_one_frame_a_second_and_the_first_after_a_quiet_second_comes_at_once()
    {
        var crowd = presence.Crowd(1, 3);
        Add(1);
        output.Take();
        Show(1);
        Away(crowd, 2, true);
        Show(0);
        Assert.Equal(["changes complete 3: User 2 away"], output.Take());
        Away(crowd, 2, false);
        Away(crowd, 3, true);
        Show(0.5);
        Away(crowd, 2, true);
        Show(0.48);
        Assert.Empty(output.Take());
        Show(0.02);
        Assert.Equal(["changes complete 3: User 2 away, User 3 away"], output.Take());
        Show(10);
        Assert.Empty(output.Take());
    }

    [Fact]
    public void PR6_a_burst_costs_each_connection_at_most_one_frame_a_second()
    {
        var crowd = presence.Crowd(1, 5);
        var outputs = crowd.Keys.Select(user =>
        {
            var shown = new NotedOutput();
            Broadcaster.Add(user, shown);
            shown.Take();
            return shown;
        }).ToList();
        for (var i = 0; i < 500; i++)
        {
            Away(crowd, 1 + (i % 5), i % 2 == 0);
            Show(0.02);
        }

        Assert.All(outputs, shown => Assert.InRange(shown.Frames.Count, 9, 10));
    }

    [Fact]
    public void PR6_a_change_of_the_count_alone_comes_within_five_seconds()
    {
        presence.Crowd(1, 12);
        Add(1);
        output.Take();
        presence.Crowd(13, 1);
        var waited = 0.0;
        while (output.Frames.Count == 0)
        {
            Assert.True(waited < 5, "the count was not shown within 5 s");
            Show(0.1);
            waited += 0.1;
        }

        Assert.Equal(["changes partial 13:"], output.Take());
        Assert.InRange(waited, 1, 5);
    }

    [Fact]
    public void PR6_a_busy_output_keeps_its_changes_gathered()
    {
        var crowd = presence.Crowd(1, 3);
        Add(1);
        output.Take();
        output.IsBusy = true;
        Away(crowd, 2, true);
        Assert.True(Show(1));
        Away(crowd, 3, true);
        Away(crowd, 2, false);
        Assert.True(Show(1));
        output.IsBusy = false;
        Assert.False(Show(1));
        Assert.Equal(["changes complete 3: User 2 online, User 3 away"], output.Take());
    }

    [Fact]
    public void PR6_a_busy_output_gets_its_full_list_later()
    {
        presence.Crowd(1, 2);
        output.IsBusy = true;
        Add(1);
        presence.Crowd(3, 1);
        output.IsBusy = false;
        Show(1);
        Assert.Equal(["full complete 3: User 1 online, User 2 online, User 3 online"], output.Take());
    }

    [Fact]
    public void PR7_a_rename_reaches_those_who_see_the_user_and_those_who_are_named()
    {
        presence.Crowd(1, 12);
        var (friend, stranger) = (new NotedOutput(), new NotedOutput());
        Broadcaster.Add(PresenceFixture.User(2), friend);
        Broadcaster.Add(PresenceFixture.User(3), stranger);
        Add(1);
        new List<NotedOutput> { output, friend, stranger }.ForEach(shown => shown.Take());
        presence.Tracker.Renamed(new PresenceBody(PresenceFixture.User(1), "Ann", PresenceStatus.Offline, default));
        Broadcaster.Note(PresenceFixture.User(1), [PresenceFixture.User(1), PresenceFixture.User(2), Guid.NewGuid()]);
        Show(5);
        Assert.Equal(["changes partial 12: Ann online"], output.Take());
        Assert.Equal(["changes partial 12: Ann online"], friend.Take());
        Assert.Empty(stranger.Take());
    }

    [Fact]
    public void PR5_the_answer_to_a_watch_carries_the_count_and_counts_as_that_second_s_frame()
    {
        var crowd = presence.Crowd(1, 2);
        var viewer = Add(1);
        presence.Time.Advance(TimeSpan.FromSeconds(5));
        var answer = Broadcaster.Answer(viewer, [presence.Tracker.Find(PresenceFixture.User(2))!], "w");
        Assert.Equal((false, true, 2, "w"), (answer.Full, answer.Complete, answer.OnlineCount, answer.Ref));
        output.Take();
        Away(crowd, 2, true);
        Show(0.9);
        Assert.Empty(output.Take());
        Show(0.1);
        Assert.Equal(["changes complete 2: User 2 away"], output.Take());
    }

    [Fact]
    public void Who_was_removed_is_shown_nothing_any_more()
    {
        var viewer = Add(1);
        Broadcaster.Watch(viewer, [PresenceFixture.User(2)]);
        output.Take();
        Broadcaster.Remove(viewer);
        Broadcaster.Watch(viewer, [PresenceFixture.User(2)]);
        presence.Crowd(1, 3);
        Assert.False(Show(5));
        Assert.Empty(output.Take());
        Assert.Empty(viewer.Pending);
    }

    [Fact]
    public void Who_is_removed_while_others_are_being_shown_gathers_nothing_any_more()
    {
        var crowd = presence.Crowd(1, 12);
        var (one, other) = (new NotedOutput(), new NotedOutput());
        var viewers = new[] { Broadcaster.Add(PresenceFixture.User(1), one), Broadcaster.Add(PresenceFixture.User(2), other) };
        PresenceViewer? removed = null;
        void Remove(int index, NotedOutput output)
        {
            output.Meanwhile = null;
            Broadcaster.Remove(removed = viewers[index]);
        }

        one.Meanwhile = () => Remove(1, other);
        other.Meanwhile = () => Remove(0, one);
        Leave(crowd, 3, 4, 5, 6);
        Show(1);
        presence.Crowd(20, 1);
        Assert.Empty(removed!.Pending);
        Assert.Single(viewers, viewer => viewer.Pending.Count == 1);
    }

    [Fact]
    public void PR5_the_full_list_comes_first_even_if_changes_are_shown_meanwhile()
    {
        presence.Crowd(1, 2);
        presence.Time.Advance(TimeSpan.FromSeconds(60));
        output.Meanwhile = () => Broadcaster.ShowDue();
        Add(1);
        Assert.Equal(["full complete 2: User 1 online, User 2 online"], output.Take());
    }

    private PresenceViewer Add(int user) => Broadcaster.Add(PresenceFixture.User(user), output);

    /// <summary>Lets time pass, then shows what is due, as the pacer does.</summary>
    private bool Show(double seconds)
    {
        presence.Time.Advance(TimeSpan.FromSeconds(seconds));
        return Broadcaster.ShowDue();
    }

    private void Away(Dictionary<Guid, Guid> crowd, int user, bool isAway) =>
        presence.Tracker.StatusChanged(crowd[PresenceFixture.User(user)], PresenceFixture.User(user), isAway);

    private void Leave(Dictionary<Guid, Guid> crowd, params int[] users)
    {
        foreach (var user in users)
        {
            presence.Tracker.Gone(crowd[PresenceFixture.User(user)], PresenceFixture.User(user), grace: false);
        }
    }
}
