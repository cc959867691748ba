using FastChat.Server.Cluster;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>
/// Leases on SQLite. One process has the file at a time: so whoever joins finds only nodes that are dead, and nobody else ever declares
/// it dead. The database has no clock of its own but the process's.
/// </summary>
public sealed class SqliteNodeStore(SqliteDatabase database, TimeProvider time) : INodeStore
{
    /// <inheritdoc/>
    public Task JoinAsync(Guid nodeId, CancellationToken cancellationToken) => database.WriteAsync(
        run =>
        {
            Bury(run);
            run("DELETE FROM nodes", []);
            run("INSERT INTO nodes (node_id, started_at, renewed_at) VALUES ($1, $2, $2)", [SqliteDbContext.ToBlob(nodeId), Now]);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<TimeSpan?> RenewAsync(Guid nodeId, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            run => run("UPDATE nodes SET renewed_at = max(renewed_at, $1) WHERE node_id = $2", [Now, SqliteDbContext.ToBlob(nodeId)]), cancellationToken);
        return NodeLease.RenewPeriod;
    }

    /// <inheritdoc/>
    public Task<int> MarkDeadAsync(Guid nodeId, TimeSpan lease, CancellationToken cancellationToken) => Task.FromResult(0);

    /// <inheritdoc/>
    public Task LeaveAsync(Guid nodeId, CancellationToken cancellationToken) => database.WriteAsync(
        run =>
        {
            run("UPDATE nodes SET renewed_at = max(renewed_at, $1) WHERE node_id = $2", [Now, SqliteDbContext.ToBlob(nodeId)]);
            Bury(run);
            run("DELETE FROM nodes WHERE node_id = $1", [SqliteDbContext.ToBlob(nodeId)]);
        },
        cancellationToken);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Users of what there is were last seen when their node last renewed itself.</summary>
    private static void Bury(SqliteDatabase.RunStatement run)
    {
        run(
            """
            UPDATE users SET last_seen = max(last_seen, (
              SELECT max(n.renewed_at) FROM users_online o JOIN nodes n USING (node_id) WHERE o.user_id = users.user_id))
            WHERE user_id IN (SELECT o.user_id FROM users_online o JOIN nodes USING (node_id))
            """,
            []);
        run("DELETE FROM users_online", []);
    }
}
