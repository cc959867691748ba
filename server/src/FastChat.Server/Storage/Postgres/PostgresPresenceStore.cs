using FastChat.Server.Presence;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Presence on PostgreSQL: what changed is written as arrays, in one transaction and one round trip. There is one node at a time, so every other is dead.</summary>
public sealed class PostgresPresenceStore(PostgresDatabase database) : IPresenceStore
{
    /// <inheritdoc/>
    public Task JoinAsync(Guid nodeId, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        batch =>
        {
            Add(
                batch,
                """
                UPDATE users u SET last_seen = greatest(u.last_seen, dead.renewed_at)
                FROM (SELECT o.user_id, max(n.renewed_at) AS renewed_at FROM users_online o JOIN nodes n USING (node_id) GROUP BY o.user_id) dead
                WHERE u.user_id = dead.user_id
                """);
            Add(batch, "DELETE FROM users_online");
            Add(batch, "DELETE FROM nodes");
            Add(batch, "INSERT INTO nodes (node_id, started_at, renewed_at) VALUES ($1, $2, $2)", nodeId, Time(now));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SaveAsync(
        Guid nodeId, IReadOnlyCollection<PresenceRecord> records, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        batch =>
        {
            Add(batch, "UPDATE nodes SET renewed_at = $1 WHERE node_id = $2", Time(now), nodeId);
            if (records.Count > 0)
            {
                Save(batch, nodeId, records);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task LeaveAsync(Guid nodeId, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        batch =>
        {
            Add(
                batch,
                """
                UPDATE users SET last_seen = greatest(last_seen, $1)
                WHERE user_id IN (SELECT user_id FROM users_online WHERE node_id = $2)
                """,
                Time(now),
                nodeId);
            Add(batch, "DELETE FROM users_online WHERE node_id = $1", nodeId);
            Add(batch, "DELETE FROM nodes WHERE node_id = $1", nodeId);
        },
        cancellationToken);

    private static void Save(NpgsqlBatch batch, Guid nodeId, IReadOnlyCollection<PresenceRecord> records)
    {
        var gone = records.Where(record => record.Status is null).Select(record => record.ReasonId).ToArray();
        var here = records.Where(record => record.Status is not null).ToList();
        Add(batch, "DELETE FROM users_online WHERE node_id = $1 AND connection_id = ANY ($2)", nodeId, gone);
        Add(
            batch,
            """
            INSERT INTO users_online (node_id, connection_id, user_id, status, last_seen, expires_at)
            SELECT $1, * FROM unnest($2, $3, $4, $5, $6)
            ON CONFLICT (node_id, connection_id) DO UPDATE
            SET status = excluded.status, last_seen = excluded.last_seen, expires_at = excluded.expires_at
            """,
            nodeId,
            here.ConvertAll(record => record.ReasonId).ToArray(),
            here.ConvertAll(record => record.UserId).ToArray(),
            here.ConvertAll(record => record.Status!).ToArray(),
            here.ConvertAll(record => Time(record.LastSeen)).ToArray(),
            here.ConvertAll(record => record.ExpiresAt is { } at ? Time(at) : (DateTime?)null).ToArray());

        // A user may have several reasons among them; users are locked in one order on every node.
        var seen = records.GroupBy(record => record.UserId, (userId, own) => (UserId: userId, At: own.Max(record => record.LastSeen)))
            .OrderBy(user => user.UserId)
            .ToList();
        Add(
            batch,
            """
            UPDATE users u SET last_seen = s.at
            FROM (SELECT s.user_id, s.at FROM unnest($1, $2) s (user_id, at) JOIN users USING (user_id) WHERE users.last_seen < s.at
                  ORDER BY s.user_id FOR NO KEY UPDATE OF users) s
            WHERE u.user_id = s.user_id AND u.last_seen < s.at
            """,
            seen.ConvertAll(user => user.UserId).ToArray(),
            seen.ConvertAll(user => Time(user.At)).ToArray());
    }

    private static DateTime Time(DateTimeOffset time) => PostgresDbContext.ToMilliseconds(time).UtcDateTime;

    private static void Add(NpgsqlBatch batch, string statement, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // The statements are this file's own; values only ever go in as parameters.
        var command = new NpgsqlBatchCommand(statement);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
