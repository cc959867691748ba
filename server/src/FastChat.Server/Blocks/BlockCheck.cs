using FastChat.Server.Cluster;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Blocks;

/// <summary>
/// Compares what this node remembers of blocks with the database: at once when hints of other nodes were lost, and from time to time
/// for those that were never sent, as their node died. Which messages are hidden does not depend on it.
/// </summary>
internal sealed partial class BlockCheck(
    BlockIndex index, BlockUpdates updates, IDatabase database, Peers peers, TimeProvider time, ILogger<BlockCheck> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var loss = new HintLoss(peers, time);
        while (peers.CanExist)
        {
            await loss.WaitAsync(Period, stoppingToken);
            try
            {
                if (peers.MayExist)
                {
                    await CheckAsync(stoppingToken);
                }
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

    /// <summary>Compares once.</summary>
    private async Task CheckAsync(CancellationToken cancellationToken)
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

    [LoggerMessage(9002, LogLevel.Error, "Comparing the blocks with the database failed")]
    private partial void LogFailed(Exception fault);
}
