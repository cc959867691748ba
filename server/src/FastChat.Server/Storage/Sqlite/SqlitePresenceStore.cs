using FastChat.Server.Presence;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Presence on SQLite. There is one server at a time, so every other node is dead.</summary>
public sealed class SqlitePresenceStore(SqliteDatabase database) : IPresenceStore
{
    private const string DateUsers = "UPDATE users SET last_seen = max(last_seen, $1) WHERE user_id IN (SELECT user_id FROM users_online WHERE node_id = $2)";

    /// <inheritdoc/>
    public Task JoinAsync(Guid nodeId, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        run =>
        {
            run(
                """
                UPDATE users SET last_seen = max(last_seen, (
                  SELECT max(n.renewed_at) FROM users_online o JOIN nodes n USING (node_id) WHERE o.user_id = users.user_id))
                WHERE user_id IN (SELECT o.user_id FROM users_online o JOIN nodes USING (node_id))
                """,
                []);
            run("DELETE FROM users_online", []);
            run("DELETE FROM nodes", []);
            run("INSERT INTO nodes (node_id, started_at, renewed_at) VALUES ($1, $2, $2)", [Blob(nodeId), Ms(now)]);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SaveAsync(
        Guid nodeId, IReadOnlyCollection<PresenceRecord> records, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            run =>
            {
                run("UPDATE nodes SET renewed_at = $1 WHERE node_id = $2", [Ms(now), Blob(nodeId)]);
                foreach (var record in records)
                {
                    Save(run, nodeId, record);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task LeaveAsync(Guid nodeId, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        run =>
        {
            run(DateUsers, [Ms(now), Blob(nodeId)]);
            run("DELETE FROM users_online WHERE node_id = $1", [Blob(nodeId)]);
            run("DELETE FROM nodes WHERE node_id = $1", [Blob(nodeId)]);
        },
        cancellationToken);

    private static void Save(SqliteDatabase.RunStatement run, Guid nodeId, PresenceRecord record)
    {
        var lastSeen = Ms(record.LastSeen);
        if (record.Status is { } status)
        {
            object expires = record.ExpiresAt is { } at ? Ms(at) : DBNull.Value;
            run(
                """
                INSERT INTO users_online (node_id, connection_id, user_id, status, last_seen, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (node_id, connection_id) DO UPDATE SET status = $4, last_seen = $5, expires_at = $6
                """,
                [Blob(nodeId), Blob(record.ReasonId), Blob(record.UserId), status, lastSeen, expires]);
        }
        else
        {
            run("DELETE FROM users_online WHERE node_id = $1 AND connection_id = $2", [Blob(nodeId), Blob(record.ReasonId)]);
        }

        run("UPDATE users SET last_seen = max(last_seen, $1) WHERE user_id = $2", [lastSeen, Blob(record.UserId)]);
    }

    private static byte[] Blob(Guid id) => SqliteDbContext.ToBlob(id);

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
