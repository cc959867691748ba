using FastChat.Server.Cluster;

namespace FastChat.Server.Presence;

/// <summary>
/// The record of who is here, in the database: rows of <c>users_online</c> belong to a node and a reason. So what a killed node leaves
/// behind can be told, dated and cleaned, and every node can tell what the others have.
/// </summary>
public interface IPresenceStore
{
    /// <summary>Writes what changed at this node; <c>last_seen</c> of a user never goes back.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="version">The number of this write, higher than any before: one that was given up and arrives late is not carried out any more.</param>
    /// <param name="records">What changed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False if the node has been declared dead, or a later write was there first; then nothing of its users was written.</returns>
    Task<bool> SaveAsync(Guid nodeId, long version, IReadOnlyCollection<PresenceRecord> records, CancellationToken cancellationToken);

    /// <summary>Gives up the memory of what ended up to a write of this node; who has read less of it reads everything anew.</summary>
    Task ForgetEndedAsync(Guid nodeId, long version, CancellationToken cancellationToken);

    /// <summary>All other nodes, and of the living ones whose state changed since the versions in <paramref name="known"/>.</summary>
    Task<IReadOnlyList<NodePresence>> ReadOthersAsync(Guid nodeId, IReadOnlyDictionary<Guid, long> known, CancellationToken cancellationToken);
}

/// <summary>What another node has written of its users.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Version">Its count of writes; the entries are at least as new as that.</param>
/// <param name="IsWhole">The entries are all of its users, not just those that changed.</param>
/// <param name="DeadSince">When it last renewed itself, if it was declared dead; null while it lives.</param>
/// <param name="Entries">The users, in the order in which they were last seen.</param>
public sealed record NodePresence(
    Guid NodeId, long Version, bool IsWhole, DateTimeOffset? DeadSince, IReadOnlyList<PresenceEntry> Entries);

/// <summary>What the database is to know of one reason: a row of <c>users_online</c>, or its end.</summary>
/// <param name="ReasonId">The connection, or the session that sends heartbeats.</param>
/// <param name="UserId">The user.</param>
/// <param name="Status">Online or away; null: the reason is gone.</param>
/// <param name="LastSeen">When that was.</param>
/// <param name="ExpiresAt">When a heartbeat's effect ends; null for a connection.</param>
public sealed record PresenceRecord(Guid ReasonId, Guid UserId, string? Status, DateTimeOffset LastSeen, DateTimeOffset? ExpiresAt)
{
    /// <summary>The <see cref="Status"/> of a record that keeps nobody here: the user, whose id is the reason's too, has a new name.</summary>
    public const string Renamed = "renamed";

    /// <summary>Lets the other nodes look at a user's new name.</summary>
    public static PresenceRecord OfRename(Guid userId, DateTimeOffset at) => new(userId, userId, Renamed, at, null);
}
