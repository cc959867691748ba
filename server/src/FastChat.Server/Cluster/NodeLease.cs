namespace FastChat.Server.Cluster;

/// <summary>
/// This node's life among the others. It renews its row every 3 s; one that has not for 10 s may be declared dead. A lease is lost
/// only when another node has marked this one as dead: one that merely lapsed is renewed, so a database that was away for a
/// minute costs nobody a connection. And nobody declares others dead before having been connected to the database for a whole
/// lease: until then they may only not have come to renew themselves.
/// </summary>
public sealed partial class NodeLease(INodeStore store, TimeProvider time, ILogger<NodeLease> logger) : BackgroundService
{
    /// <summary>How often a node renews itself.</summary>
    public static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(3);

    /// <summary>For how long a renewal holds.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <summary>A longer pause between two renewals, by the database's clock, was no unbroken connection.</summary>
    private static readonly TimeSpan LongestPause = 2 * RenewPeriod;

    private Member member = new(Guid.CreateVersion7());
    private TimeSpan connectedFor = TimeSpan.Zero;
    private bool isConnected;
    private volatile bool isLost;

    /// <summary>Another node has declared this one dead. What it holds is to be let go; <see cref="Joined"/> comes next.</summary>
    public event Action? Lost;

    /// <summary>This node lives again, with a new id, and with nothing in the database yet.</summary>
    public event Action? Joined;

    /// <summary>Under which id this node lives; a new one after the lease was lost.</summary>
    public Guid NodeId => member.Id;

    /// <summary>Joins before the first connection comes.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.JoinAsync(NodeId, cancellationToken);
        isConnected = true;
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Leaves in order.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await store.LeaveAsync(NodeId, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever keeps it from leaving: the others will find it dead.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotRenewed(fault.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RenewPeriod, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RenewAsync(stoppingToken);
        }
    }

    /// <summary>One renewal, and what follows from how it went.</summary>
    internal async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await KeepAsync(cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is, the lease is not renewed now, and is tried again; most likely the database is away.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Disconnected(fault);
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (isLost)
        {
            await JoinAnewAsync(cancellationToken);
        }
        else if (await store.RenewAsync(NodeId, cancellationToken) is not { } pause)
        {
            await LoseAsync(cancellationToken);
        }
        else
        {
            connectedFor = isConnected && pause <= LongestPause ? connectedFor + pause : TimeSpan.Zero;
            isConnected = true;
            if (connectedFor >= Lease && await store.MarkDeadAsync(NodeId, Lease, cancellationToken) is > 0 and var count)
            {
                LogFoundDead(count);
            }
        }
    }

    private async Task LoseAsync(CancellationToken cancellationToken)
    {
        isLost = true;
        LogLost(NodeId);
        Lost?.Invoke();
        await JoinAnewAsync(cancellationToken);
    }

    private async Task JoinAnewAsync(CancellationToken cancellationToken)
    {
        var next = new Member(Guid.CreateVersion7());
        await store.JoinAsync(next.Id, cancellationToken);
        member = next;
        isLost = false;
        (isConnected, connectedFor) = (true, TimeSpan.Zero);
        LogJoinedAnew(NodeId);
        Joined?.Invoke();
    }

    private void Disconnected(Exception fault)
    {
        if (isConnected)
        {
            LogNotRenewed(fault.Message);
        }

        isConnected = false;
    }

    /// <summary>A class, so that the id is read whole while it changes.</summary>
    private sealed record Member(Guid Id);

    [LoggerMessage(7010, LogLevel.Warning, "This node's lease could not be renewed, and is tried again every 3 s: {Reason}")]
    private partial void LogNotRenewed(string reason);

    [LoggerMessage(7011, LogLevel.Warning, "{Count} nodes did not renew their leases for 10 s and were declared dead")]
    private partial void LogFoundDead(int count);

    [LoggerMessage(7012, LogLevel.Warning, "Another node has declared this one ({NodeId}) dead: it stood still or had no database for too long. Its connections are closed, and it begins anew")]
    private partial void LogLost(Guid nodeId);

    [LoggerMessage(7013, LogLevel.Warning, "This node has begun anew as {NodeId}")]
    private partial void LogJoinedAnew(Guid nodeId);
}
