using System.Threading.Channels;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using FastChat.Server.Storage;

namespace FastChat.Server.Presence;

/// <summary>
/// Writes this node's presence to the database, gathered: at once after a quiet time, else twice a second for all users together. What
/// was written goes to the other nodes as a hint. A node that lives again under a new id writes all it has.
/// </summary>
public sealed partial class PresenceRecorder : BackgroundService
{
    /// <summary>How long changes are gathered. Shown gathered for a second at other nodes, they are there within the 2 s promised (PR1).</summary>
    private static readonly TimeSpan Gathered = TimeSpan.FromMilliseconds(500);

    /// <summary>For how long the others can tell one by one what has ended; they look every second.</summary>
    private static readonly TimeSpan EndedKept = TimeSpan.FromMinutes(1);

    private readonly IPresenceStore store;
    private readonly NodeLease lease;
    private readonly PresenceTracker tracker;
    private readonly IBackplane backplane;
    private readonly TimeProvider time;
    private readonly ILogger<PresenceRecorder> logger;
    private readonly Lock gate = new();
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private Dictionary<Guid, PresenceRecord> changed = [];
    private Guid writtenAs;
    private long version;
    private (long Version, long At) mark;

    public PresenceRecorder(
        IPresenceStore store,
        NodeLease lease,
        PresenceTracker tracker,
        Profiles profiles,
        IBackplane backplane,
        TimeProvider time,
        ILogger<PresenceRecorder> logger)
    {
        this.store = store;
        this.lease = lease;
        this.tracker = tracker;
        this.backplane = backplane;
        this.time = time;
        this.logger = logger;
        tracker.Recorded += Note;
        profiles.Renamed += userId => Note(PresenceRecord.OfRename(userId, time.GetUtcNow()));
        lease.Joined += Wake;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        (writtenAs, mark) = (lease.NodeId, (0, time.GetTimestamp()));
        while (await wake.Reader.WaitToReadAsync(stoppingToken))
        {
            wake.Reader.TryRead(out _);
            await FlushAsync(stoppingToken);
            await Task.Delay(Gathered, time, stoppingToken);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        var records = Take();
        var nodeId = lease.NodeId;
        if (nodeId != writtenAs)
        {
            // What was written under the old id is gone. What changes from here on comes later than this.
            records = tracker.LocalRecords().ToDictionary(record => record.ReasonId);
            (writtenAs, mark) = (nodeId, (0, time.GetTimestamp()));
        }

        if (records.Count > 0)
        {
            await SaveAsync(nodeId, records, cancellationToken);
        }
    }

    private async Task SaveAsync(Guid nodeId, Dictionary<Guid, PresenceRecord> records, CancellationToken cancellationToken)
    {
        try
        {
            // If not, the node was declared dead, which its lease will find, too; then all is written anew. A try that failed has used up its number.
            version++;
            if (await store.SaveAsync(nodeId, version, records.Values, cancellationToken))
            {
                Publish(nodeId, records.Values);
                await ForgetEndedAsync(nodeId, cancellationToken);
            }
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

    private void Publish(Guid nodeId, IReadOnlyCollection<PresenceRecord> records)
    {
        var renamed = records.Where(record => record.Status == PresenceRecord.Renamed).Select(record => record.UserId).ToHashSet();
        var users = records.Select(record => record.UserId).ToHashSet();
        var entries = users.Count <= PresenceHint.MostEntries && renamed.Count == 0 ? tracker.LocalEntries(users) : null;
        backplane.Publish(new PresenceHint(nodeId, version, entries));
    }

    private async Task ForgetEndedAsync(Guid nodeId, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(mark.At) >= EndedKept)
        {
            var old = mark.Version;
            mark = (version, time.GetTimestamp());
            await store.ForgetEndedAsync(nodeId, old, cancellationToken);
        }
    }

    private void Note(PresenceRecord record)
    {
        lock (gate)
        {
            changed[record.ReasonId] = record;
        }

        Wake();
    }

    private void Wake() => wake.Writer.TryWrite(true);

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

        Wake();
    }

    [LoggerMessage(2002, LogLevel.Warning, "Presence could not be written, and is tried again: {Reason}")]
    private partial void LogSaveFailed(string reason);

    [LoggerMessage(2003, LogLevel.Error, "{Count} changes of presence could not be written and are left out")]
    private partial void LogRecordsLost(Exception fault, int count);
}
