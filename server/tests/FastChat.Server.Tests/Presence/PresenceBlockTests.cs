using FastChat.Protocol;
using FastChat.Server.Presence;
using Xunit;

namespace FastChat.Server.Tests.Presence;

/// <summary>User 2 blocks user 1, who looks.</summary>
public sealed class PresenceBlockTests
{
    private static readonly Guid Blocked = PresenceFixture.User(1);
    private static readonly Guid Blocker = PresenceFixture.User(2);

    private readonly PresenceFixture presence = new(listedUsers: 10);
    private readonly NotedOutput output = new();
    private readonly DateTimeOffset seen = new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private PresenceBroadcaster Broadcaster => presence.Broadcaster;

    [Fact]
    public void BL6_a_block_is_shown_as_a_departure_and_its_end_as_an_arrival()
    {
        presence.Crowd(1, 3);
        Add();
        output.Take();
        presence.Blocks.Set(Blocker, Blocked, seen);
        Show(1);
        var user = output.Frames.Single().Users.Single();
        Assert.Equal(new PresenceBody(Blocker, "User 2", "offline", seen), user);
        Assert.Equal(["changes complete 2: User 2 offline"], output.Take());
        presence.Blocks.Set(Blocker, Blocked, null);
        Show(1);
        Assert.Equal(["changes complete 3: User 2 online"], output.Take());
    }

    [Fact]
    public void BL6_nothing_that_the_blocker_does_makes_a_frame_for_the_blocked()
    {
        presence.Crowd(1, 1);
        var viewer = Add();
        Broadcaster.Watch(viewer, [Blocker]);
        presence.Blocks.Set(Blocker, Blocked, seen);
        output.Take();
        var connection = presence.Crowd(2, 1)[Blocker];
        Show(5);
        presence.Tracker.StatusChanged(connection, Blocker, isAway: true);
        Show(5);
        presence.Tracker.Gone(connection, Blocker, grace: false);
        Show(5);
        presence.Crowd(2, 1);
        Show(5);
        Assert.Empty(output.Take());
    }

    [Fact]
    public void BL6_a_block_by_somebody_who_is_not_here_and_its_end_make_no_frame()
    {
        presence.Crowd(1, 1);
        Broadcaster.Watch(Add(), [Blocker]);
        output.Take();
        presence.Blocks.Set(Blocker, Blocked, seen);
        Show(5);
        presence.Blocks.Set(Blocker, Blocked, null);
        Show(5);
        Assert.Empty(output.Take());
    }

    [Fact]
    public void BL6_lists_and_answers_leave_the_blocker_out_and_the_others_see_them()
    {
        presence.Crowd(1, 3);
        presence.Blocks.Set(Blocker, Blocked, seen);
        var viewer = Add();
        Assert.Equal(["full complete 2: User 1 online, User 3 online"], output.Take());
        var answer = Broadcaster.Answer(viewer, [presence.Tracker.Find(Blocker)!, presence.Tracker.Find(Blocked)!], null);
        Assert.Equal(2, answer.OnlineCount);
        Assert.Equal([("offline", seen), ("online", presence.Time.GetUtcNow())], answer.Users.Select(user => (user.Status, user.LastSeen)));

        var others = new NotedOutput();
        Broadcaster.Add(PresenceFixture.User(3), others);
        Assert.Equal(["full complete 3: User 1 online, User 2 online, User 3 online"], others.Take());
        var own = new NotedOutput();
        Broadcaster.Add(Blocker, own);
        Assert.Equal(["full complete 3: User 1 online, User 2 online, User 3 online"], own.Take());
    }

    [Fact]
    public void BL6_a_rename_of_the_blocker_is_told_as_that_of_somebody_offline()
    {
        presence.Crowd(1, 2);
        presence.Blocks.Set(Blocker, Blocked, seen);
        Add();
        output.Take();
        presence.Tracker.Renamed(new PresenceBody(Blocker, "Renamed", "online", presence.Time.GetUtcNow()));
        Broadcaster.Note(Blocker, [Blocked]);
        Show(1);
        Assert.Equal(("Renamed", "offline", seen), output.Frames.Single().Users.Select(user => (user.DisplayName, user.Status, user.LastSeen)).Single());
        Assert.Equal(1, output.Frames.Single().OnlineCount);
    }

    [Fact]
    public void BL6_whether_a_list_is_complete_follows_from_the_count_that_the_viewer_is_told()
    {
        presence.Blocks.Set(Blocker, Blocked, seen);
        var crowd = presence.Crowd(1, 10);
        Add();
        var others = new NotedOutput();
        Broadcaster.Add(PresenceFixture.User(3), others);
        output.Take();
        others.Take();

        // Eleven are here; the viewer knows of ten, and still of everybody.
        presence.Crowd(11, 1);
        Show(5);
        Assert.Equal(["changes complete 10: User 11 online"], output.Take());
        Assert.Equal(["changes partial 11:"], others.Take());
        presence.Crowd(12, 1);
        Show(5);
        Assert.Equal(["changes partial 11:"], output.Take());

        // Nine are here, the viewer knows of eight: under the bound for that one alone.
        foreach (var user in new[] { 4, 5, 6 })
        {
            presence.Tracker.Gone(crowd[PresenceFixture.User(user)], PresenceFixture.User(user), grace: false);
        }

        Show(5);
        Assert.StartsWith("full complete 8:", output.Take().Single(), StringComparison.Ordinal);
        Assert.Equal("changes partial 9:", others.Take()[^1]);
    }

    private PresenceViewer Add() => Broadcaster.Add(Blocked, output);

    /// <summary>Lets time pass as the pacer does, and shows what is due.</summary>
    private void Show(double seconds)
    {
        for (var left = seconds; left > 0; left -= 0.02)
        {
            presence.Time.Advance(TimeSpan.FromMilliseconds(20));
            Broadcaster.ShowDue();
        }
    }
}
