using FastChat.Protocol;
using FastChat.Server.Blocks;
using FastChat.Server.Identity;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Chats;

/// <summary>
/// Blocks a user, or ends that. It goes through the message log, so that every message is sent either before or after it; once
/// it is answered, the whole server acts on it.
/// </summary>
public sealed class BlockUser(IMessageLog log, IDatabase database, ILastSeen lastSeen, BlockUpdates updates, TimeProvider time)
{
    /// <summary>Blocks; known blocks stay as they are.</summary>
    public async Task<Outcome<(BlockBody Block, bool IsNew)>> BlockAsync(Guid userId, Guid otherId, CancellationToken cancellationToken)
    {
        if (userId == otherId)
        {
            return Refusal.Invalid("user_id", "must be another user");
        }

        // A user who is not there is found out by the log.
        var seen = await lastSeen.LastSeenAsync(userId, cancellationToken) ?? time.GetUtcNow();
        var request = new Blocking(userId, otherId, isBlocked: true, seen);
        return await RunAsync(request) is { } refusal
            ? refusal
            : (new BlockBody(otherId, request.Stored!.DisplayName, request.Stored.BlockedAt), request.Changed);
    }

    /// <summary>Ends a block; a refusal if there is none.</summary>
    public Task<Refusal?> UnblockAsync(Guid userId, Guid otherId) => RunAsync(new Blocking(userId, otherId, isBlocked: false, default));

    /// <summary>Whom a user has blocked, those blocked last first.</summary>
    public Task<List<BlockBody>> ListAsync(Guid userId, CancellationToken cancellationToken) => database.ReadAsync(
        (db, ct) => db.Set<UserBlock>()
            .Where(block => block.BlockerId == userId)
            .OrderByDescending(block => block.BlockedAt)
            .ThenByDescending(block => block.BlockedId)
            .Join(db.Set<User>(), block => block.BlockedId, user => user.UserId, (block, user) => new BlockBody(user.UserId, user.DisplayName, block.BlockedAt))
            .ToListAsync(ct),
        cancellationToken);

    private async Task<Refusal?> RunAsync(Blocking request)
    {
        if (!log.Enqueue(request))
        {
            return new Refusal(ErrorCode.Unavailable, "Too much is waiting to be stored.", TimeSpan.FromSeconds(1));
        }

        try
        {
            await request.Done.WaitAsync(ChatOptions.Patience, time);
            if (request.Changed)
            {
                await updates.AnnounceAsync(request.UserId, request.OtherId).WaitAsync(ChatOptions.Patience, time);
            }
        }
        catch (TimeoutException)
        {
            return ChatOptions.Unanswered;
        }

        return request.Refusal;
    }

    private sealed class Blocking(Guid userId, Guid otherId, bool isBlocked, DateTimeOffset lastSeen)
        : BlockRequest(userId, otherId, isBlocked, lastSeen)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => done.Task;

        public override void Complete() => done.TrySetResult();
    }
}
