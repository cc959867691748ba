using System.Collections.Concurrent;

namespace FastChat.Server.Gateway;

/// <summary>The connections of this node: all of them, and the live ones by user.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<Guid, Connection> all = new();
    private readonly ConcurrentDictionary<Guid, Connection[]> byUser = new();

    /// <summary>All connections, those before their <c>HELLO</c> included.</summary>
    public IEnumerable<Connection> All => all.Select(entry => entry.Value);

    /// <summary>How many there are.</summary>
    public int Count => all.Count;

    /// <summary>A user's live connections.</summary>
    public Connection[] Of(Guid userId) => byUser.TryGetValue(userId, out var connections) ? connections : [];

    /// <summary>A socket was opened.</summary>
    public void Opened(Connection connection)
    {
        if (all.TryAdd(connection.Id, connection))
        {
            GatewayMetrics.Opened();
        }
    }

    /// <summary>A connection becomes live, unless its user has <paramref name="limit"/> already (0: no limit).</summary>
    public bool TryAddLive(Connection connection, Guid userId, int limit)
    {
        while (true)
        {
            if (!byUser.TryGetValue(userId, out var others))
            {
                if (byUser.TryAdd(userId, [connection]))
                {
                    return true;
                }
            }
            else if (limit > 0 && others.Length >= limit)
            {
                return false;
            }
            else if (byUser.TryUpdate(userId, [.. others, connection], others))
            {
                return true;
            }
        }
    }

    /// <summary>A connection ended, and nothing of it is left.</summary>
    public void Remove(Connection connection)
    {
        RemoveLive(connection);
        if (all.TryRemove(connection.Id, out _))
        {
            GatewayMetrics.Closed();
        }
    }

    /// <summary>
    /// Nothing is read from a connection any more, so it gets nothing published either. What is being written still has its
    /// deadline, therefore it remains one of <see cref="All"/> until <see cref="Remove"/>.
    /// </summary>
    public void RemoveLive(Connection connection)
    {
        if (connection.Live is not { } live)
        {
            return;
        }

        while (byUser.TryGetValue(live.UserId, out var connections))
        {
            var rest = Array.FindAll(connections, other => other != connection);
            var isDone = rest.Length == 0
                ? byUser.TryRemove(KeyValuePair.Create(live.UserId, connections))
                : byUser.TryUpdate(live.UserId, rest, connections);
            if (isDone)
            {
                return;
            }
        }
    }
}
