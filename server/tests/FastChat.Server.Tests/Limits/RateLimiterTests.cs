using FastChat.Server.Limits;
using Xunit;

namespace FastChat.Server.Tests.Limits;

public sealed class RateLimiterTests
{
    private readonly FakeTime time = new();

    [Fact]
    public void GW7_a_burst_may_come_at_once_then_the_rate_holds_and_the_wait_is_told()
    {
        var limiter = new RateLimiter<string>(1, 20, time);
        Assert.Equal(20, Taken(limiter, 25));
        Assert.False(limiter.TryTake("ann", out var wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
        time.Advance(TimeSpan.FromSeconds(0.75));
        Assert.False(limiter.TryTake("ann", out wait));
        Assert.Equal(TimeSpan.FromSeconds(0.25), wait);
        time.Advance(wait);
        Assert.Equal(1, Taken(limiter, 5));
    }

    [Fact]
    public void GW7_a_rest_gives_the_burst_back_and_never_more()
    {
        var limiter = new RateLimiter<string>(10, 5, time);
        Assert.Equal(5, Taken(limiter, 10));
        time.Advance(TimeSpan.FromSeconds(0.3));
        Assert.Equal(3, Taken(limiter, 10));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(5, Taken(limiter, 10));
    }

    [Fact]
    public void GW7_in_the_long_run_just_the_rate_comes_through()
    {
        var limiter = new RateLimiter<string>(3, 7, time);
        var taken = 0;
        for (var i = 0; i < 1000; i++)
        {
            taken += Taken(limiter, 2);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(taken, 300 + 6, 300 + 8);
    }

    [Fact]
    public void Keys_do_not_share_a_limit_and_zero_is_no_limit()
    {
        var limiter = new RateLimiter<string>(1, 1, time);
        Assert.True(limiter.TryTake("ann", out _));
        Assert.False(limiter.TryTake("ann", out _));
        Assert.True(limiter.TryTake("bob", out _));
        Assert.Equal(10_000, Taken(new RateLimiter<string>(0, 1, time), 10_000));
        Assert.Equal(1, Taken(new RateLimiter<string>(1, 0, time), 10));
    }

    [Fact]
    public void Cleaning_up_keys_at_rest_gives_nobody_a_second_burst()
    {
        var limiter = new RateLimiter<string>(1, 2, time);
        Assert.Equal(2, Taken(limiter, 3));
        for (var i = 0; i < 10_000; i++)
        {
            limiter.TryTake($"other {i}", out _);
        }

        Assert.False(limiter.TryTake("ann", out _));
    }

    [Fact]
    public async Task Callers_at_once_get_no_more_than_the_burst()
    {
        var limiter = new RateLimiter<string>(1, 50, time);
        var taken = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), (_, _) =>
        {
            if (limiter.TryTake("ann", out TimeSpan _))
            {
                Interlocked.Increment(ref taken);
            }

            return ValueTask.CompletedTask;
        });
        Assert.Equal(50, taken);
    }

    private static int Taken(RateLimiter<string> limiter, int tries) => Enumerable.Range(0, tries).Count(_ => limiter.TryTake("ann", out TimeSpan _));
}
