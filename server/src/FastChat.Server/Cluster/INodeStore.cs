namespace FastChat.Server.Cluster;

/// <summary>
/// The nodes' rows in the database. All times are the database's own, so that nodes need not agree on the time. A node that is
/// found dead is marked, and from then on nothing is written for it any more: its rows of <c>users_online</c> go in the same
/// transaction.
/// </summary>
public interface INodeStore
{
    /// <summary>Adds a node that lives from now on.</summary>
    Task JoinAsync(Guid nodeId, CancellationToken cancellationToken);

    /// <summary>Says that the node lives.</summary>
    /// <returns>How long ago it last did; null if it has been marked as dead meanwhile, or is not known any more.</returns>
    Task<TimeSpan?> RenewAsync(Guid nodeId, CancellationToken cancellationToken);

    /// <summary>
    /// Marks all others as dead that have not renewed themselves for <paramref name="lease"/>. Their users were last seen when
    /// their node last renewed itself, unless they are at a living one as well; <c>last_seen</c> never goes back.
    /// </summary>
    /// <returns>How many were marked.</returns>
    Task<int> MarkDeadAsync(Guid nodeId, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Removes the node and its rows; its users were last seen now, unless they are at a living one as well.</summary>
    Task LeaveAsync(Guid nodeId, CancellationToken cancellationToken);
}
