using System.Globalization;
using System.Text;
using FastChat.Server.Cluster;
using FastChat.Server.Gateway;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

/// <summary>CH3 between nodes: a connection is shown a chat's changes by <c>rev</c>, each once, whatever the bus made of them.</summary>
public sealed class ChatPlaceTests
{
    private static readonly Guid User = Guid.NewGuid();

    private readonly FakeTime time = new();
    private readonly Connection connection;
    private readonly ChatPlace place;

    public ChatPlaceTests()
    {
        var registry = new ConnectionRegistry();
        connection = new Connection(new FakeSocket(), FakeSocket.NoTransport, time, _ => Task.CompletedTask) { Live = new LiveState(User, Guid.NewGuid()) };
        registry.TryAddLive(connection, User, 0);
        connection.Outbound.GoLive("ack"u8.ToArray());
        place = new ChatPlace(new Fanout(registry, time));
    }

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
        Assert.Equal("1 3 4", Taken());
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
        place.Jump(Hint(2));
        Assert.Equal("1 2", Taken());
    }

    [Fact]
    public void CL5_what_was_read_from_the_database_jumps_over_gaps_and_never_back()
    {
        Assert.Equal("1", After(1, 5));
        place.Jump(Hint(4));
        Assert.Equal("1 4 5", Taken());
        place.Jump(Hint(3));
        place.Jump(Hint(5));
        place.Jump(Hint(8));
        Assert.Equal("1 4 5 8", Taken());
        Assert.Equal(8, place.Last);
    }

    private static MessageHint Hint(long rev) =>
        new(Guid.Empty, rev, [new FrameHint([User], Encoding.UTF8.GetBytes(rev.ToString(CultureInfo.InvariantCulture)), null)]);

    private readonly List<string> taken = [];

    private string After(params long[] revs)
    {
        foreach (var rev in revs)
        {
            place.Add(Hint(rev));
        }

        return Taken();
    }

    private string Taken()
    {
        while (connection.Outbound.Take([], out _) is { } frames)
        {
            taken.AddRange(frames.Select(frame => Encoding.UTF8.GetString(frame.Span)));
        }

        return string.Join(' ', taken.Skip(1));
    }
}
