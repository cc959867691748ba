namespace FastChat.Server.Presence;

/// <summary>
/// The record of who is here, in the database: rows of <c>users_online</c> belong to a node and a reason, and the node's
/// own row says when it last lived. So what a killed node leaves behind can be told, dated and cleaned.
/// </summary>
public interface IPresenceStore
{
    /// <summary>
    /// Adds this node. Rows of nodes that are dead are removed, and their users were last seen when their node last
    /// renewed itself.
    /// </summary>
    Task JoinAsync(Guid nodeId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Renews this node and writes what changed; <c>last_seen</c> of a user never goes back.</summary>
    Task SaveAsync(Guid nodeId, IReadOnlyCollection<PresenceRecord> records, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes this node and its rows; its users were last seen now.</summary>
    Task LeaveAsync(Guid nodeId, DateTimeOffset now, CancellationToken cancellationToken);
}
