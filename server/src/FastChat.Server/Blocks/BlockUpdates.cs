using System.Threading.Channels;
using FastChat.Server.Cluster;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Blocks;

/// <summary>
/// Keeps <see cref="BlockIndex"/> as the database is: all of it is read at the start, and what a change or a hint names is read
/// again, one after the other, so that what was read last is what stands.
/// </summary>
public sealed partial class BlockUpdates : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly Guid nodeId = Guid.CreateVersion7();
    private readonly Channel<Update> updates = Channel.CreateUnbounded<Update>(new UnboundedChannelOptions { SingleReader = true });
    private readonly BlockIndex index;
    private readonly IDatabase database;
    private readonly IBackplane backplane;
    private readonly TimeProvider time;
    private readonly ILogger<BlockUpdates> logger;

    public BlockUpdates(BlockIndex index, IDatabase database, IBackplane backplane, TimeProvider time, ILogger<BlockUpdates> logger)
    {
        this.index = index;
        this.database = database;
        this.backplane = backplane;
        this.time = time;
        this.logger = logger;
        backplane.Subscribe(hint =>
        {
            if (hint is BlocksChangedHint changed && changed.Origin != nodeId)
            {
                ReadAgain(changed.BlockerId, changed.BlockedId);
            }
        });
    }

    /// <summary>Whom a user has now blocked, those blocked last first. Called one at a time, after the index has changed.</summary>
    public event Action<Guid, IReadOnlyList<Guid>>? Listed;

    /// <summary>
    /// After the commit of a change: ends when this node acts on it, and tells the other nodes. While the database is away it
    /// does not end.
    /// </summary>
    public Task AnnounceAsync(Guid blockerId, Guid blockedId)
    {
        var update = new Update(blockerId, blockedId);
        updates.Writer.TryWrite(update);
        backplane.Publish(new BlocksChangedHint(blockerId, blockedId, nodeId));
        return update.Done.Task;
    }

    /// <summary>What the database says of two users is read, soon.</summary>
    internal void ReadAgain(Guid blockerId, Guid blockedId) => updates.Writer.TryWrite(new Update(blockerId, blockedId));

    /// <summary>Reads all blocks, before anybody is shown anything.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var all = await database.ReadAsync((db, ct) => db.Set<UserBlock>().ToListAsync(ct), cancellationToken);
        all.ForEach(block => index.Set(block.BlockerId, block.BlockedId, block.LastSeen));
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var update in updates.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryUpdateAsync(update, stoppingToken))
            {
                await Task.Delay(RetryPause, time, stoppingToken);
            }

            update.Done.TrySetResult();
        }
    }

    private async Task<bool> TryUpdateAsync(Update update, CancellationToken cancellationToken)
    {
        try
        {
            var blocks = await database.ReadAsync(
                (db, ct) => db.Set<UserBlock>()
                    .Where(block => block.BlockerId == update.BlockerId)
                    .OrderByDescending(block => block.BlockedAt)
                    .ThenByDescending(block => block.BlockedId)
                    .ToListAsync(ct),
                cancellationToken);
            index.Set(update.BlockerId, update.BlockedId, blocks.Find(block => block.BlockedId == update.BlockedId)?.LastSeen);
            Listed?.Invoke(update.BlockerId, blocks.ConvertAll(block => block.BlockedId));
            return true;
        }
        catch (DatabaseUnavailableException)
        {
            return false;
        }
#pragma warning disable CA1031 // A fault at one change must not end all others, and the server with it.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogUpdateFailed(fault);
            return true;
        }
    }

    [LoggerMessage(9001, LogLevel.Error, "A change of who is blocked was stored but could not be acted on")]
    private partial void LogUpdateFailed(Exception fault);

    private sealed record Update(Guid BlockerId, Guid BlockedId)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
