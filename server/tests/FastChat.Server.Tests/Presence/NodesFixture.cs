using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using FastChat.Server.Tests.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

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

    public List<PresenceHint> Published { get; } = [];

    public List<Guid> Renamed { get; } = [];

    /// <summary>What the next look into the database shows of the other nodes.</summary>
    public List<NodePresence> Others { get; } = [];

    /// <summary>What each look said was known already.</summary>
    public List<Dictionary<Guid, long>> Reads { get; } = [];

    /// <summary>What was written, each write by itself.</summary>
    public List<(Guid NodeId, List<PresenceRecord> Records)> Writes { get; } = [];

    public bool IsAway { get; set; }

    public async Task StartAsync()
    {
        await Lease.StartAsync(default);
        await Reconciler.StartAsync(default);
        await recorder.StartAsync(default);
        await UntilAsync(() => Time.ActiveTimers > 0);
    }

    /// <summary>Lets time pass, bit by bit, until something has come about.</summary>
    public async Task PassUntilAsync(Func<bool> condition, double atMost = 5)
    {
        for (var passed = 0.0; !condition(); passed += 0.05)
        {
            Assert.True(passed < atMost, "it did not come about in time");
            Time.Advance(TimeSpan.FromSeconds(0.05));
            await UntilAsync(condition, tries: 20, mustHold: false);
        }
    }

    public static async Task UntilAsync(Func<bool> condition, int tries = 5000, bool mustHold = true)
    {
        for (var i = 0; i < tries && !condition(); i++)
        {
            await Task.Delay(1);
        }

        Assert.True(!mustHold || condition(), "it did not come about");
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
