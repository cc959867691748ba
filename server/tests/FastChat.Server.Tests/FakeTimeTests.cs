using Xunit;

namespace FastChat.Server.Tests;

public sealed class FakeTimeTests
{
    private readonly FakeTime time = new();

    [Fact]
    public void Timers_fire_in_order_each_at_its_own_time()
    {
        var start = time.GetUtcNow();
        var fired = new List<(string, double)>();
        void Note(object? name) => fired.Add(((string)name!, (time.GetUtcNow() - start).TotalSeconds));
        using var periodic = time.CreateTimer(Note, "every 2", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var once = time.CreateTimer(Note, "at 3", TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var never = time.CreateTimer(Note, "never", Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([("every 2", 2), ("at 3", 3), ("every 2", 4)], fired);
        Assert.Equal(TimeSpan.FromSeconds(5), time.GetElapsedTime(0));
    }

    [Fact]
    public void A_timer_that_a_timer_sets_fires_within_the_same_span()
    {
        var count = 0;
        ITimer? timer = null;
        timer = time.CreateTimer(_ => { count++; timer!.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan); }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(10, count);
        timer.Dispose();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(10, count);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public async Task Delays_timeouts_and_periodic_timers_follow_it()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(3), time);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(4), time);
        using var periodic = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        var tick = periodic.WaitForNextTickAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.True(await tick.WithinLimitAsync());
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await delay.WithinLimitAsync();
        Assert.False(cancellation.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(cancellation.IsCancellationRequested);
    }
}
