using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// Presence on PostgreSQL: what changed is written as arrays, in one transaction and one round trip, and only while the node is not declared
/// dead. Each write has the node's next version, which its rows carry: so others read just what they have not read yet.
/// </summary>
public sealed class PostgresPresenceStore(PostgresDatabase database) : IPresenceStore
{
    /// <summary>Locks the node's row first, so that it is not declared dead in between; what follows is only done if this was.</summary>
    private const string CountWrite =
        "UPDATE nodes SET presence_version = $2 WHERE node_id = $1 AND died_at IS NULL AND presence_version < $2 RETURNING node_id";

    private const string SaveGone =
        """
        UPDATE users_online o SET status = 'gone', last_seen = g.at, expires_at = NULL, version = n.presence_version
        FROM nodes n, unnest($3, $4) g (connection_id, at)
        WHERE n.node_id = $1 AND n.died_at IS NULL AND n.presence_version = $2 AND o.node_id = $1 AND o.connection_id = g.connection_id
        """;

    private const string SaveHere =
        """
        INSERT INTO users_online (node_id, connection_id, user_id, status, last_seen, expires_at, version)
        SELECT n.node_id, h.*, n.presence_version FROM nodes n, unnest($3, $4, $5, $6, $7) h
        WHERE n.node_id = $1 AND n.died_at IS NULL AND n.presence_version = $2
        ON CONFLICT (node_id, connection_id) DO UPDATE
        SET status = excluded.status, last_seen = excluded.last_seen, expires_at = excluded.expires_at, version = excluded.version
        """;

    private const string SaveSeen =
        """
        UPDATE users u SET last_seen = s.at
        FROM (SELECT s.user_id, s.at FROM unnest($1, $2) s (user_id, at) JOIN users USING (user_id) WHERE users.last_seen < s.at
              ORDER BY s.user_id FOR NO KEY UPDATE OF users) s
        WHERE u.user_id = s.user_id AND u.last_seen < s.at
        """;

    private const string Others =
        """
        SELECT n.node_id, n.presence_version, k.version IS NULL OR k.version < n.purged_version,
               n.died_at IS NOT NULL, n.renewed_at
        FROM nodes n LEFT JOIN unnest($2, $3) k (node_id, version) USING (node_id)
        WHERE n.node_id <> $1
        """;

    /// <summary>Users of whom any row changed, with what all their rows at that node say together.</summary>
    private const string Changed =
        """
        SELECT c.node_id, c.user_id, u.display_name, bool_or(o.status = 'online'), bool_or(o.status = 'away'), max(o.last_seen),
               bool_or(o.status = 'renamed' AND o.version > c.since)
        FROM (SELECT DISTINCT n.node_id, n.since, o.user_id
              FROM (SELECT n.node_id, CASE WHEN k.version >= n.purged_version THEN k.version ELSE -1 END AS since
                    FROM nodes n LEFT JOIN unnest($2, $3) k (node_id, version) USING (node_id)
                    WHERE n.node_id <> $1 AND n.died_at IS NULL AND n.presence_version > coalesce(k.version, -1)) n
              JOIN users_online o ON o.node_id = n.node_id AND o.version > n.since) c
        JOIN users_online o ON o.node_id = c.node_id AND o.user_id = c.user_id
        JOIN users u ON u.user_id = c.user_id
        GROUP BY c.node_id, c.user_id, u.display_name
        ORDER BY max(o.last_seen)
        """;

    /// <inheritdoc/>
    public Task<bool> SaveAsync(Guid nodeId, long version, IReadOnlyCollection<PresenceRecord> records, CancellationToken cancellationToken) =>
        database.WriteAsync(batch => Save(batch, nodeId, version, records), (reader, token) => reader.ReadAsync(token), cancellationToken);

    /// <inheritdoc/>
    public Task ForgetEndedAsync(Guid nodeId, long version, CancellationToken cancellationToken) => database.WriteAsync(
        batch =>
        {
            batch.Add("UPDATE nodes SET purged_version = greatest(purged_version, $2) WHERE node_id = $1", nodeId, version);
            batch.Add("DELETE FROM users_online WHERE node_id = $1 AND version <= $2 AND status IN ('gone', 'renamed')", nodeId, version);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<NodePresence>> ReadOthersAsync(
        Guid nodeId, IReadOnlyDictionary<Guid, long> known, CancellationToken cancellationToken) => database.ReadAsync(
        async (context, token) =>
        {
            // On one snapshot: a version and the rows that belong to it.
            await using var batch = new NpgsqlBatch((NpgsqlConnection)context.Database.GetDbConnection());
            batch.Add(Others, nodeId, known.Keys.ToArray(), known.Values.ToArray());
            batch.Add(Changed, nodeId, known.Keys.ToArray(), known.Values.ToArray());
            await using var reader = await batch.ExecuteReaderAsync(token);
            return await ReadAsync(reader, token);
        },
        cancellationToken);

    private static void Save(NpgsqlBatch batch, Guid nodeId, long version, IReadOnlyCollection<PresenceRecord> records)
    {
        var gone = records.Where(record => record.Status is null).ToList();
        var here = records.Where(record => record.Status is not null).ToList();
        batch.Add(CountWrite, nodeId, version);
        batch.Add(
            SaveGone, nodeId, version, gone.ConvertAll(record => record.ReasonId).ToArray(), gone.ConvertAll(record => Time(record.LastSeen)).ToArray());
        batch.Add(
            SaveHere,
            nodeId,
            version,
            here.ConvertAll(record => record.ReasonId).ToArray(),
            here.ConvertAll(record => record.UserId).ToArray(),
            here.ConvertAll(record => record.Status!).ToArray(),
            here.ConvertAll(record => Time(record.LastSeen)).ToArray(),
            here.ConvertAll(record => record.ExpiresAt is { } at ? Time(at) : (DateTime?)null).ToArray());

        // A user may have several reasons among them; users are locked in one order on every node.
        var seen = records.Where(record => record.Status != PresenceRecord.Renamed)
            .GroupBy(record => record.UserId, (userId, own) => (UserId: userId, At: own.Max(record => record.LastSeen)))
            .OrderBy(user => user.UserId)
            .ToList();
        batch.Add(SaveSeen, seen.ConvertAll(user => user.UserId).ToArray(), seen.ConvertAll(user => Time(user.At)).ToArray());
    }

    private static async Task<IReadOnlyList<NodePresence>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var nodes = new List<NodePresence>();
        var entries = new Dictionary<Guid, List<PresenceEntry>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            entries.Add(id, []);
            DateTimeOffset? deadSince = reader.GetBoolean(3) ? new DateTimeOffset(reader.GetDateTime(4)) : null;
            nodes.Add(new NodePresence(id, reader.GetInt64(1), reader.GetBoolean(2), deadSince, entries[id]));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var state = reader.GetBoolean(3) ? PresenceState.Online : reader.GetBoolean(4) ? PresenceState.Away : PresenceState.Gone;
            entries[reader.GetGuid(0)].Add(
                new PresenceEntry(reader.GetGuid(1), reader.GetString(2), state, new DateTimeOffset(reader.GetDateTime(5)), reader.GetBoolean(6)));
        }

        return nodes;
    }

    private static DateTime Time(DateTimeOffset time) => PostgresDbContext.ToMilliseconds(time).UtcDateTime;
}
