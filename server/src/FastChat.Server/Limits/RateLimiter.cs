using System.Collections.Concurrent;

namespace FastChat.Server.Limits;

/// <summary>
/// How often each key (a user, an address) may do something: a rate with a burst. It is the generic cell rate algorithm
/// (ATM Forum, 1996): one time per key, no timers. A rate of 0 lets everything through.
/// </summary>
/// <param name="perSecond">Sustained rate, in events a second; 0 switches the limit off.</param>
/// <param name="burst">How many events may come at once, at least 1.</param>
/// <param name="time">The clock.</param>
public sealed class RateLimiter<TKey>(double perSecond, int burst, TimeProvider time)
    where TKey : notnull
{
    /// <summary>How many calls pass between two clean-ups of keys that are back at rest.</summary>
    private const int SweepEvery = 4096;

    private readonly long interval = perSecond > 0 ? Math.Max(1, (long)(time.TimestampFrequency / perSecond)) : 0;
    private readonly ConcurrentDictionary<TKey, long> fullAgainAt = new();
    private int calls;

    /// <summary>Takes one event of <paramref name="key"/>; where it is too early, says after what time to come back.</summary>
    public bool TryTake(TKey key, out TimeSpan retryAfter)
    {
        retryAfter = default;
        if (interval == 0)
        {
            return true;
        }

        var now = time.GetTimestamp();
        SweepNowAndThen(now);
        var tolerance = interval * (Math.Max(1, burst) - 1);
        while (true)
        {
            var known = fullAgainAt.TryGetValue(key, out var at);
            var start = known ? Math.Max(at, now) : now;
            if (start - now > tolerance)
            {
                retryAfter = time.GetElapsedTime(now, start - tolerance);
                return false;
            }

            if (known ? fullAgainAt.TryUpdate(key, start + interval, at) : fullAgainAt.TryAdd(key, start + interval))
            {
                return true;
            }
        }
    }

    private void SweepNowAndThen(long now)
    {
        if (Interlocked.Increment(ref calls) % SweepEvery != 0)
        {
            return;
        }

        foreach (var entry in fullAgainAt)
        {
            if (entry.Value <= now)
            {
                fullAgainAt.TryRemove(entry);
            }
        }
    }
}
