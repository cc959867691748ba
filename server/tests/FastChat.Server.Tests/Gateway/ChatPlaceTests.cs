using FastChat.Server.Cluster;
using FastChat.Server.Gateway;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

/// <summary>CH3 between nodes: a connection is shown a chat's changes by <c>rev</c>, each once, whatever the bus made of them.</summary>
public sealed class ChatPlaceTests
{
    private readonly Shown shown = new(new FakeTime());
    private readonly ChatPlace place;

    public ChatPlaceTests() => place = new ChatPlace(shown.Fanout);

    [Fact]
    public void CH3_in_order_each_goes_out_at_once_and_the_first_heard_begins_anywhere() => Assert.Equal("7 8 9", After(7, 8, 9));

    [Fact]
    public void CH3_what_was_overtaken_goes_out_first() => Assert.Equal("1 2 3 4 5", After(1, 4, 3, 2, 5));

    [Fact]
    public void CH3_what_comes_twice_or_late_is_not_delivered_again() => Assert.Equal("3 4 5", After(3, 4, 4, 3, 2, 5, 5));

    [Fact]
    public void What_is_missing_is_waited_for_and_then_passed_over()
    {
        Assert.Equal("1", After(1, 3, 4));
        Assert.True(place.IsWaiting);
        Assert.Equal(4, place.Highest);
        place.PassUpTo(long.MaxValue);
        Assert.Equal("1 3 4", shown.Revs());
        Assert.Equal("1 3 4 5", After(2, 5));
    }

    [Fact]
    public void A_reference_waits_for_what_it_stands_for()
    {
        Assert.Equal("1", After(1));
        place.Add(new MessageHint(Guid.Empty, 2, []));
        Assert.Equal("1", After(3));
        Assert.Equal("1 2 3", After(2));
    }

    [Fact]
    public void CL5_a_reference_that_could_not_be_looked_up_does_not_count_as_delivered()
    {
        Assert.Equal("1", After(1));
        place.Add(new MessageHint(Guid.Empty, 2, []));
        place.PassUpTo(long.MaxValue);
        Assert.Equal((1, false), (place.Last, place.IsWaiting));
        place.Jump(Shown.Hint(2));
        Assert.Equal("1 2", shown.Revs());
    }

    [Fact]
    public void CL5_what_was_read_from_the_database_jumps_over_gaps_and_never_back()
    {
        Assert.Equal("1", After(1, 5));
        place.Jump(Shown.Hint(4));
        Assert.Equal("1 4 5", shown.Revs());
        place.Jump(Shown.Hint(3));
        place.Jump(Shown.Hint(5));
        place.Jump(Shown.Hint(8));
        Assert.Equal("1 4 5 8", shown.Revs());
        Assert.Equal(8, place.Last);
    }

    [Fact]
    public void Only_what_was_not_known_is_news()
    {
        Assert.True(place.Add(Shown.Hint(1)));
        Assert.False(place.Add(Shown.Hint(1)));
        Assert.True(place.Add(new MessageHint(Guid.Empty, 3, [])));
        Assert.False(place.Add(Shown.Hint(3)));
        Assert.False(place.Jump(Shown.Hint(1)));
        Assert.True(place.Jump(Shown.Hint(2)));
        Assert.Equal("1 2 3", shown.Revs());
    }

    [Fact]
    public void What_is_left_to_the_clients_is_counted_once_and_the_first_that_is_heard_of_leaves_nothing()
    {
        Assert.Equal(0, LeftBy(() => place.Jump(Shown.Hint(7))));
        Assert.Equal(0, LeftBy(() => After(8, 11, 12)));
        Assert.Equal(2, LeftBy(() => place.PassUpTo(long.MaxValue)));
        Assert.Equal(3, LeftBy(() => place.Jump(Shown.Hint(16))));
        Assert.Equal("7 8 11 12 16", shown.Revs());
    }

    private static long LeftBy(Action act) => Counted.By("fastchat.messages.passed", act);

    private string After(params long[] revs)
    {
        foreach (var rev in revs)
        {
            place.Add(Shown.Hint(rev));
        }

        return shown.Revs();
    }
}
