using FastChat.Server.Storage;

namespace FastChat.Server.Presence;

/// <summary>
/// Writes presence to the database, gathered: one write a second at most for all users together, and every 5 s the
/// node's own sign of life, which dates its users if it is killed.
/// </summary>
public sealed partial class PresenceRecorder : BackgroundService
{
    private static readonly TimeSpan FlushPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(5);

    private readonly Guid nodeId = Guid.CreateVersion7();
    private readonly IPresenceStore store;
    private readonly TimeProvider time;
    private readonly ILogger<PresenceRecorder> logger;
    private readonly Lock gate = new();
    private Dictionary<Guid, PresenceRecord> changed = [];

    public PresenceRecorder(IPresenceStore store, PresenceTracker tracker, TimeProvider time, ILogger<PresenceRecorder> logger)
    {
        this.store = store;
        this.time = time;
        this.logger = logger;
        tracker.Recorded += Note;
    }

    /// <summary>Cleans up after dead predecessors before the first connection comes.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.JoinAsync(nodeId, time.GetUtcNow(), cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Leaves in order: users who are here were last seen now.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await store.LeaveAsync(nodeId, time.GetUtcNow(), cancellationToken);
        }
        catch (DatabaseUnavailableException fault)
        {
            LogSaveFailed(fault.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FlushPeriod, time);
        var renewed = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var records = Take();
            if (records.Count > 0 || time.GetElapsedTime(renewed) >= RenewPeriod)
            {
                renewed = time.GetTimestamp();
                await SaveAsync(records, stoppingToken);
            }
        }
    }

    private async Task SaveAsync(Dictionary<Guid, PresenceRecord> records, CancellationToken cancellationToken)
    {
        try
        {
            await store.SaveAsync(nodeId, records.Values, time.GetUtcNow(), cancellationToken);
        }
        catch (DatabaseUnavailableException fault)
        {
            LogSaveFailed(fault.Message);
            PutBack(records);
        }
#pragma warning disable CA1031 // A record that can't be written is left out: tried again it would keep out all others for ever.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogRecordsLost(fault, records.Count);
        }
    }

    private void Note(PresenceRecord record)
    {
        lock (gate)
        {
            changed[record.ReasonId] = record;
        }
    }

    private Dictionary<Guid, PresenceRecord> Take()
    {
        lock (gate)
        {
            var taken = changed;
            changed = [];
            return taken;
        }
    }

    private void PutBack(Dictionary<Guid, PresenceRecord> records)
    {
        lock (gate)
        {
            foreach (var (reasonId, record) in records)
            {
                changed.TryAdd(reasonId, record);
            }
        }
    }

    [LoggerMessage(2002, LogLevel.Warning, "Presence could not be written, and is tried again: {Reason}")]
    private partial void LogSaveFailed(string reason);

    [LoggerMessage(2003, LogLevel.Error, "{Count} changes of presence could not be written and are left out")]
    private partial void LogRecordsLost(Exception fault, int count);
}
