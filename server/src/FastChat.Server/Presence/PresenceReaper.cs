namespace FastChat.Server.Presence;

/// <summary>Cleans stale entries: whose grace or heartbeat is over is shown offline.</summary>
public sealed class PresenceReaper(PresenceTracker tracker, TimeProvider time) : BackgroundService
{
    /// <summary>By how much an entry may outlive its time.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            tracker.Expire();
            PresenceMetrics.Online(tracker.OnlineCount);
        }
    }
}
