using System.Threading.Channels;
using FastChat.Server.Cluster;
using FastChat.Server.Storage;

namespace FastChat.Server.Presence;

/// <summary>
/// Keeps what the other nodes have in the tracker. Hints come over the bus and are only that: each has the version of the write it tells of,
/// and one that does not follow what is known, or does not come at all, lets the database be read; what changed since, of all nodes, at once.
/// </summary>
public sealed partial class PresenceReconciler : BackgroundService
{
    /// <summary>How often the versions of the other nodes are looked at.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>The same, in periods, while there are no others.</summary>
    private const int PeriodsAlone = 3;

    private readonly IPresenceStore store;
    private readonly NodeLease lease;
    private readonly PresenceTracker tracker;
    private readonly Peers peers;
    private readonly TimeProvider time;
    private readonly ILogger<PresenceReconciler> logger;
    private readonly Dictionary<Guid, RemoteNode> nodes = [];
    private readonly Channel<PresenceHint> hints = Channel.CreateBounded<PresenceHint>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public PresenceReconciler(
        IPresenceStore store,
        NodeLease lease,
        PresenceTracker tracker,
        IBackplane backplane,
        Peers peers,
        TimeProvider time,
        ILogger<PresenceReconciler> logger)
    {
        this.store = store;
        this.lease = lease;
        this.tracker = tracker;
        this.peers = peers;
        this.time = time;
        this.logger = logger;
        backplane.Subscribe(hint =>
        {
            if (hint is PresenceHint presence && presence.NodeId != lease.NodeId)
            {
                hints.Writer.TryWrite(presence);
            }
        });
    }

    /// <summary>The database has a name of a user that is not known here. It may have yet another by now.</summary>
    public event Action<Guid>? RenameFound;

    /// <summary>Reads who is at other nodes before anybody is shown anything.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var hint = hints.Reader.WaitToReadAsync(stoppingToken).AsTask();
        var ticks = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAny(tick, hint);
            var isDue = false;
            if (hint.IsCompletedSuccessfully)
            {
                isDue = TakeHints();
                hint = hints.Reader.WaitToReadAsync(stoppingToken).AsTask();
            }

            if (tick.IsCompletedSuccessfully)
            {
                isDue |= nodes.Count > 0 || ++ticks % PeriodsAlone == 0;
                tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            }

            if (isDue && !stoppingToken.IsCancellationRequested)
            {
                await TryReadAsync(stoppingToken);
            }
        }
    }

    /// <summary>Applies what follows what is known; true if something does not.</summary>
    private bool TakeHints()
    {
        var isMissing = false;
        while (hints.Reader.TryRead(out var hint))
        {
            var follows = nodes.TryGetValue(hint.NodeId, out var node) && hint.Version <= node.Version + 1;
            if (!follows || (hint.Version > node!.Version && hint.Entries is null))
            {
                isMissing = true;
            }
            else if (hint.Version > node.Version)
            {
                Apply(hint.NodeId, node, hint.Entries!);
                node.Version = hint.Version;
            }
        }

        return isMissing;
    }

    private async Task TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException)
        {
            // All stays as it is until the database is back; that it is away is logged where it is looked after.
        }
#pragma warning disable CA1031 // What could not be read or shown once is tried again; it must not end presence for all.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotRead(fault);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var known = nodes.ToDictionary(node => node.Key, node => node.Value.Version);
        var others = await store.ReadOthersAsync(lease.NodeId, known, cancellationToken);
        peers.Counted(others.Count(other => other.DeadSince is null));
        foreach (var other in others.Where(other => other.DeadSince is null))
        {
            if (!nodes.TryGetValue(other.NodeId, out var node))
            {
                nodes.Add(other.NodeId, node = new RemoteNode());
            }

            if (other.IsWhole)
            {
                var here = other.Entries.Where(entry => entry.State != PresenceState.Gone).Select(entry => entry.UserId).ToHashSet();
                Drop(other.NodeId, node, [.. node.Users.Where(userId => !here.Contains(userId))], time.GetUtcNow());
            }

            Apply(other.NodeId, node, other.Entries);
            CompareNames(other.Entries);
            node.Version = other.Version;
        }

        // Those found dead, and those that left and have no row any more.
        foreach (var (nodeId, node) in nodes.Where(node => !others.Any(other => other.NodeId == node.Key && other.DeadSince is null)).ToList())
        {
            var deadSince = others.FirstOrDefault(other => other.NodeId == nodeId)?.DeadSince;
            nodes.Remove(nodeId);
            Drop(nodeId, node, [.. node.Users], deadSince ?? time.GetUtcNow());
        }
    }

    private void Apply(Guid nodeId, RemoteNode node, IReadOnlyList<PresenceEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.State == PresenceState.Gone)
            {
                node.Users.Remove(entry.UserId);
            }
            else
            {
                node.Users.Add(entry.UserId);
            }

            tracker.SetRemote(nodeId, entry);
        }
    }

    /// <summary>Only what was read is to be trusted: a node that sends a hint may not have heard of a new name itself.</summary>
    private void CompareNames(IReadOnlyList<PresenceEntry> entries)
    {
        foreach (var entry in entries)
        {
            // Those who are not known here may be in the list of somebody's chats: for them a new name is told, any other is not.
            if (tracker.Find(entry.UserId) is { } known ? known.DisplayName != entry.DisplayName : entry.IsRenamed)
            {
                RenameFound?.Invoke(entry.UserId);
            }
        }
    }

    private void Drop(Guid nodeId, RemoteNode node, List<Guid> users, DateTimeOffset lastSeen)
    {
        foreach (var userId in users)
        {
            node.Users.Remove(userId);
            tracker.GoneRemote(nodeId, userId, lastSeen);
        }
    }

    /// <summary>What is known of another node: to which write, and whom it has.</summary>
    private sealed class RemoteNode
    {
        public long Version { get; set; } = -1;

        public HashSet<Guid> Users { get; } = [];
    }

    [LoggerMessage(2004, LogLevel.Error, "The presence of other nodes could not be read, and is read again")]
    private partial void LogNotRead(Exception fault);
}
