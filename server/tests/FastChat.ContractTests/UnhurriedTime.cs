using System.Collections.Concurrent;

namespace FastChat.ContractTests;

/// <summary>
/// The machine's clock without surprises: timeouts take twenty times as long, so none expires by itself because the machine is busy,
/// and pauses between retries take as long as ever. A test that needs a timeout expires it.
/// </summary>
internal sealed class UnhurriedTime : TimeProvider
{
    /// <summary>Longer timers are timeouts; the shortest is 2 s.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1.6);

    private static readonly double Slowness = 20 * Patience.Factor;

    private readonly ConcurrentDictionary<Timer, bool> timeouts = new();
    private long skipped;

    /// <inheritdoc/>
    public override long TimestampFrequency => System.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => (long)(System.GetTimestamp() / Slowness) + Interlocked.Read(ref skipped);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state, Slow(period));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets elapsed time jump. Timers that are running stay as they are.</summary>
    public void Skip(TimeSpan span) => Interlocked.Add(ref skipped, (long)(span.TotalSeconds * TimestampFrequency));

    /// <summary>Lets every timeout that is running expire before this returns.</summary>
    public void ExpireTimeouts()
    {
        foreach (var timer in timeouts.Keys)
        {
            timer.Expire();
        }
    }

    private static TimeSpan Slow(TimeSpan span) => span > MaxPause ? span * Slowness : span;

    private sealed class Timer : ITimer
    {
        private readonly UnhurriedTime time;
        private readonly TimerCallback callback;
        private readonly object? state;
        private readonly ITimer timer;

        public Timer(UnhurriedTime time, TimerCallback callback, object? state, TimeSpan period)
        {
            (this.time, this.callback, this.state) = (time, callback, state);
            timer = System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }

        public void Expire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > MaxPause)
            {
                time.timeouts[this] = true;
            }
            else
            {
                time.timeouts.TryRemove(this, out _);
            }

            return timer.Change(Slow(dueTime), Slow(period));
        }

        public void Dispose()
        {
            time.timeouts.TryRemove(this, out _);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
