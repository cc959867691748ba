using FastChat.Server.Cluster;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Blocks;

/// <summary>
/// Compares what this node remembers of blocks with the database: at once when hints of other nodes were lost, and from time to time
/// for those that were never sent, as their node died. Which messages are hidden does not depend on it.
/// </summary>
internal sealed partial class BlockCheck : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private readonly BlockIndex index;
    private readonly BlockUpdates updates;
    private readonly IDatabase database;
    private readonly Peers peers;
    private readonly TimeProvider time;
    private readonly ILogger<BlockCheck> logger;
    private TaskCompletionSource now = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BlockCheck(BlockIndex index, BlockUpdates updates, IDatabase database, Peers peers, TimeProvider time, ILogger<BlockCheck> logger)
    {
        this.index = index;
        this.updates = updates;
        this.database = database;
        this.peers = peers;
        this.time = time;
        this.logger = logger;
        peers.HintsLost += CheckNow;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        peers.HintsLost -= CheckNow;
        base.Dispose();
    }

    /// <summary>Compares once.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        var remembered = index.All().ToDictionary(block => (block.BlockerId, block.BlockedId), block => block.LastSeen);
        var stored = await database.ReadAsync((db, ct) => db.Set<UserBlock>().ToListAsync(ct), cancellationToken);
        foreach (var block in stored)
        {
            if (!remembered.Remove((block.BlockerId, block.BlockedId), out var lastSeen) || lastSeen != block.LastSeen)
            {
                updates.ReadAgain(block.BlockerId, block.BlockedId);
            }
        }

        foreach (var (blockerId, blockedId) in remembered.Keys)
        {
            updates.ReadAgain(blockerId, blockedId);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (peers.CanExist)
        {
            await now.Task.WaitAsync(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stoppingToken.ThrowIfCancellationRequested();
            Volatile.Write(ref now, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (DatabaseUnavailableException)
            {
                // The next look comes soon enough.
            }
#pragma warning disable CA1031 // The next look may succeed.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(fault);
            }
        }
    }

    private void CheckNow() => Volatile.Read(ref now).TrySetResult();

    [LoggerMessage(9002, LogLevel.Error, "Comparing the blocks with the database failed")]
    private partial void LogFailed(Exception fault);
}
