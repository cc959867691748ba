using System.Runtime.CompilerServices;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using FastChat.Server.Tests.Cluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastChat.Server.Tests.Presence;

/// <summary>A node among others: its tracker, recorder and reconciler over a database that the test plays.</summary>
internal sealed class NodesFixture : IPresenceStore, IDisposable
{
    private readonly PresenceRecorder recorder;

    public NodesFixture()
    {
        Nodes = new FakeNodes(Time);
        Lease = new NodeLease(Nodes, new FakeTime(), NullLogger<NodeLease>.Instance);
        Reconciler = new PresenceReconciler(this, Lease, Tracker, Bus, Peers, Time, NullLogger<PresenceReconciler>.Instance);
        var profiles = new Profiles(null!, Bus);
        recorder = new PresenceRecorder(this, Lease, Tracker, profiles, Bus, Time, NullLogger<PresenceRecorder>.Instance);
        Bus.Subscribe(hint =>
        {
            if (hint is PresenceHint own && own.NodeId == Lease.NodeId)
            {
                Published.Add(own);
            }
        });
        Reconciler.RenameFound += Renamed.Add;
    }

    public PresenceFixture Presence { get; } = new();

    public FakeTime Time => Presence.Time;

    public PresenceTracker Tracker => Presence.Tracker;

    public InProcessBackplane Bus { get; } = new(NullLogger<InProcessBackplane>.Instance);

    public Peers Peers { get; } = new(new FakeTime()) { CanExist = true };

    public FakeNodes Nodes { get; }

    public NodeLease Lease { get; }

    public PresenceReconciler Reconciler { get; }

    public Noted<PresenceHint> Published { get; } = new();

    public Noted<Guid> Renamed { get; } = new();

    /// <summary>What the next look into the database shows of the other nodes.</summary>
    public List<NodePresence> Others { get; } = [];

    /// <summary>What each look said was known already.</summary>
    public Noted<Dictionary<Guid, long>> Reads { get; } = new();

    /// <summary>What was written, each write by itself.</summary>
    public Noted<(Guid NodeId, List<PresenceRecord> Records)> Writes { get; } = new();

    public bool IsAway { get; set; }

    public async Task StartAsync()
    {
        await Lease.StartAsync(default);
        await Reconciler.StartAsync(default);
        await recorder.StartAsync(default);
        await Settle.UntilAsync(() => Time.ActiveTimers == 1, "the reconciler's timer runs");
    }

    /// <summary>Waits until the recorder gathers: its timer runs beside the reconciler's. Before that, time would pass without it.</summary>
    public Task GathersAsync() => Settle.UntilAsync(() => Time.ActiveTimers == 2, "the recorder's timer runs");

    /// <summary>
    /// Lets time pass, bit by bit, until something has come about, for <paramref name="atMost"/> seconds. After those, background work
    /// gets as much real time as it needs, but its clock stands still.
    /// </summary>
    public async Task PassUntilAsync(Func<bool> condition, double atMost, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        for (var passed = 0.0; passed < atMost && !condition(); passed += 0.05)
        {
            Time.Advance(TimeSpan.FromSeconds(0.05));
            await Task.Yield();
        }

        await Settle.UntilAsync(condition, what);
    }

    public Task<bool> SaveAsync(Guid nodeId, long version, IReadOnlyCollection<PresenceRecord> records, CancellationToken cancellationToken)
    {
        Answer();
        if (Nodes.Rows[nodeId].IsDead)
        {
            return Task.FromResult(false);
        }

        Writes.Add((nodeId, [.. records]));
        return Task.FromResult(true);
    }

    public Task ForgetEndedAsync(Guid nodeId, long version, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<NodePresence>> ReadOthersAsync(Guid nodeId, IReadOnlyDictionary<Guid, long> known, CancellationToken cancellationToken)
    {
        Answer();
        Reads.Add(new Dictionary<Guid, long>(known));
        return Task.FromResult<IReadOnlyList<NodePresence>>([.. Others]);
    }

    public void Dispose()
    {
        recorder.Dispose();
        Reconciler.Dispose();
        Lease.Dispose();
    }

    private void Answer()
    {
        if (IsAway)
        {
            throw new DatabaseUnavailableException("away");
        }
    }
}
