using FastChat.Server.Presence;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Presence on SQLite. There is one server at a time, so nobody reads what it writes but its successor.</summary>
public sealed class SqlitePresenceStore(SqliteDatabase database) : IPresenceStore
{
    /// <inheritdoc/>
    public async Task<bool> SaveAsync(Guid nodeId, long version, IReadOnlyCollection<PresenceRecord> records, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            run =>
            {
                foreach (var record in records.Where(record => record.Status != PresenceRecord.Renamed))
                {
                    Save(run, nodeId, record);
                }
            },
            cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public Task ForgetEndedAsync(Guid nodeId, long version, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<IReadOnlyList<NodePresence>> ReadOthersAsync(
        Guid nodeId, IReadOnlyDictionary<Guid, long> known, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<NodePresence>>([]);

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
