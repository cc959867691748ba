using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace FastChat.Server.Blocks;

/// <summary>
/// Who has blocked whom, in this node's memory, for what is not worth a query each time: presence and typing. Which messages
/// are hidden does not depend on it; the message log decides that by what the database says.
/// </summary>
public sealed class BlockIndex
{
    private readonly ConcurrentDictionary<Guid, ImmutableDictionary<Guid, DateTimeOffset>> blockers = new();

    /// <summary>The first of two users has blocked the second, or has ended that. Called one at a time, after the change.</summary>
    public event Action<Guid, Guid>? Changed;

    /// <summary>Who has blocked this user, and when each of them is told to have been here last.</summary>
    public ImmutableDictionary<Guid, DateTimeOffset> BlockersOf(Guid userId) =>
        blockers.GetValueOrDefault(userId, ImmutableDictionary<Guid, DateTimeOffset>.Empty);

    /// <summary>All blocks, those that change meanwhile as they were or as they are.</summary>
    public IEnumerable<(Guid BlockerId, Guid BlockedId, DateTimeOffset LastSeen)> All() =>
        blockers.SelectMany(blocked => blocked.Value.Select(blocker => (blocker.Key, blocked.Key, blocker.Value)));

    /// <summary>True if the first has blocked the second.</summary>
    public bool IsBlocked(Guid blockerId, Guid blockedId) => BlockersOf(blockedId).ContainsKey(blockerId);

    /// <summary>Notes what the database says of two users. Only one caller at a time.</summary>
    /// <param name="blockerId">Who blocks or does not.</param>
    /// <param name="blockedId">Whom.</param>
    /// <param name="lastSeen">When the blocker is told to have been here last; null: there is no block.</param>
    public void Set(Guid blockerId, Guid blockedId, DateTimeOffset? lastSeen)
    {
        var before = BlockersOf(blockedId);
        var after = lastSeen is { } seen ? before.SetItem(blockerId, seen) : before.Remove(blockerId);
        if (after == before)
        {
            return;
        }

        if (after.IsEmpty)
        {
            blockers.TryRemove(blockedId, out _);
        }
        else
        {
            blockers[blockedId] = after;
        }

        Changed?.Invoke(blockerId, blockedId);
    }
}
