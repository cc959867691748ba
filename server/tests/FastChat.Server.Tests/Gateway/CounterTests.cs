using FastChat.Server.Gateway;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

public sealed class CounterTests
{
    private readonly FakeTime time = new();

    [Fact]
    public void GW7_the_hundredth_refusal_within_ten_seconds_is_one_too_many()
    {
        var refusals = new RefusalCounter(time);
        for (var i = 1; i < 100; i++)
        {
            Assert.False(refusals.Add());
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.True(refusals.Add());
    }

    [Fact]
    public void GW7_refusals_that_are_spread_wider_are_forgiven()
    {
        var refusals = new RefusalCounter(time);
        for (var i = 1; i < 1000; i++)
        {
            Assert.False(refusals.Add());
            time.Advance(TimeSpan.FromMilliseconds(102));
        }
    }

    [Fact]
    public async Task GW7_refusals_that_come_from_many_threads_at_once_are_all_counted()
    {
        var refusals = new RefusalCounter(time);
        var tooMany = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 10_000), (_, _) =>
        {
            if (refusals.Add())
            {
                Interlocked.Increment(ref tooMany);
            }

            return ValueTask.CompletedTask;
        });
        Assert.Equal(9_901, tooMany);
    }

    [Fact]
    public async Task GW3_no_message_is_lost_sight_of_when_others_are_answered_at_once()
    {
        for (var round = 0; round < 200; round++)
        {
            var pending = new PendingSends(time);
            var sends = Enumerable.Range(0, 32).Select(_ => pending.Add(Guid.NewGuid(), null)).ToList();
            var last = pending.Add(Guid.NewGuid(), "last");
            await Parallel.ForEachAsync(sends, (send, _) =>
            {
                Assert.True(pending.TryAnswer(send));
                return ValueTask.CompletedTask;
            });
            Assert.False(pending.IsEmpty);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal([last], pending.TakeOverdue());
        }
    }

    [Fact]
    public void GW3_a_message_is_answered_once_by_whoever_comes_first()
    {
        var pending = new PendingSends(time);
        var send = pending.Add(Guid.NewGuid(), "r");
        Assert.False(pending.IsEmpty);
        Assert.True(pending.TryAnswer(send));
        Assert.False(pending.TryAnswer(send));
        Assert.True(pending.IsEmpty);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(pending.TakeOverdue());
    }

    [Fact]
    public void GW3_what_is_not_answered_within_five_seconds_is_taken_once_in_the_order_of_sending()
    {
        var pending = new PendingSends(time);
        var first = pending.Add(Guid.NewGuid(), "1");
        var second = pending.Add(Guid.NewGuid(), "2");
        var third = pending.Add(Guid.NewGuid(), "3");
        time.Advance(TimeSpan.FromSeconds(1));
        pending.Add(Guid.NewGuid(), "4");
        Assert.True(pending.TryAnswer(second));
        time.Advance(TimeSpan.FromSeconds(3.4));
        Assert.Empty(pending.TakeOverdue());
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal([first, third], pending.TakeOverdue());
        Assert.Empty(pending.TakeOverdue());
        Assert.False(pending.TryAnswer(first));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["4"], pending.TakeOverdue().Select(send => send.Reference));
        Assert.True(pending.IsEmpty);
    }
}
