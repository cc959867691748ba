namespace FastChat.Server.Tests;

/// <summary>
/// A clock that stands still until it is told to advance. Timers fire inside <see cref="Advance"/>, each at its own time
/// and in order, on the thread that advances; what awaits them may go on elsewhere.
/// </summary>
public sealed class FakeTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<FakeTimer> timers = [];
    private readonly DateTimeOffset start;
    private DateTimeOffset now;

    public FakeTime()
        : this(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
    {
    }

    public FakeTime(DateTimeOffset now)
    {
        this.now = now;
        start = now;
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that will fire; lets a test wait until the code under test waits.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (gate)
            {
                return timers.Count;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => (GetUtcNow() - start).Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass and fires what becomes due; a timer set meanwhile fires too if it is due within the span.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = GetUtcNow() + by;
        while (TakeDue(end) is { } due)
        {
            due.Fire();
        }

        lock (gate)
        {
            now = end > now ? end : now;
        }
    }

    /// <summary>
    /// Lets time pass only while a timer runs. Code that waits again and again is thus never left behind, however late its thread
    /// gets to run; without that, time would run away from it on a busy machine.
    /// </summary>
    public void AdvanceWhileAwaited(TimeSpan by)
    {
        if (ActiveTimers > 0)
        {
            Advance(by);
        }
    }

    private FakeTimer? TakeDue(DateTimeOffset end)
    {
        lock (gate)
        {
            var due = timers.Where(timer => timer.DueAt <= end).MinBy(timer => timer.DueAt);
            if (due is null)
            {
                return null;
            }

            now = due.DueAt > now ? due.DueAt : now;
            if (due.Period > TimeSpan.Zero)
            {
                due.DueAt += due.Period;
            }
            else
            {
                timers.Remove(due);
            }

            return due;
        }
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool isDisposed;

        public DateTimeOffset DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool isDue;
            lock (time.gate)
            {
                if (isDisposed)
                {
                    return false;
                }

                time.timers.Remove(this);
                Period = period;
                isDue = dueTime == TimeSpan.Zero;
                DueAt = time.now + (isDue && period > TimeSpan.Zero ? period : dueTime);
                var isWaiting = dueTime > TimeSpan.Zero || (isDue && period > TimeSpan.Zero);
                if (isWaiting)
                {
                    time.timers.Add(this);
                }
            }

            // As with a real timer, what is due at once runs on another thread, never inside the call that set it.
            if (isDue)
            {
                ThreadPool.QueueUserWorkItem(_ => callback(state));
            }

            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
            {
                isDisposed = true;
                time.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
