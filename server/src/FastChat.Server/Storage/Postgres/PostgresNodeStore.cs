using FastChat.Server.Cluster;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// Leases on PostgreSQL. Renewing, writing presence and being marked as dead all lock the node's row first: so each comes before or
/// after the others, and nothing is left behind for a node that is dead.
/// </summary>
public sealed class PostgresNodeStore(PostgresDatabase database) : INodeStore
{
    /// <summary>A time of the database in whole milliseconds, not that of the transaction's begin.</summary>
    internal const string Now = "date_trunc('milliseconds', clock_timestamp())";

    private static readonly string DateDead = DateUsers("n.renewed_at", whose: "n.died_at IS NOT NULL", living: "n.died_at IS NULL");

    private static readonly string DateLeaving = DateUsers(Now, whose: "n.node_id = $1", living: "n.died_at IS NULL AND n.node_id <> $1");

    /// <inheritdoc/>
    public Task JoinAsync(Guid nodeId, CancellationToken cancellationToken) => database.WriteAsync(
        batch => batch.Add($"INSERT INTO nodes (node_id, started_at, renewed_at) SELECT $1, t, t FROM {Now} t ON CONFLICT DO NOTHING", nodeId),
        cancellationToken);

    /// <inheritdoc/>
    public Task<TimeSpan?> RenewAsync(Guid nodeId, CancellationToken cancellationToken) => database.WriteAsync<TimeSpan?>(
        batch =>
        {
            batch.Add("SELECT clock_timestamp() - renewed_at FROM nodes WHERE node_id = $1 AND died_at IS NULL FOR UPDATE", nodeId);
            batch.Add($"UPDATE nodes SET renewed_at = greatest(renewed_at, {Now}) WHERE node_id = $1 AND died_at IS NULL", nodeId);
        },
        async (reader, token) => await reader.ReadAsync(token) ? reader.GetTimeSpan(0) : null,
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> MarkDeadAsync(Guid nodeId, TimeSpan lease, CancellationToken cancellationToken) => database.WriteAsync(
        batch =>
        {
            batch.Add(
                $"""
                UPDATE nodes SET died_at = {Now}
                WHERE died_at IS NULL AND node_id <> $1 AND renewed_at < clock_timestamp() - $2 RETURNING node_id
                """,
                nodeId,
                lease);
            batch.Add(DateDead);
            batch.Add("DELETE FROM users_online USING nodes WHERE users_online.node_id = nodes.node_id AND nodes.died_at IS NOT NULL");

            // So long a node may stand still and yet find its row when it wakes up.
            batch.Add("DELETE FROM nodes WHERE died_at < clock_timestamp() - interval '1 hour'");
        },
        async (reader, token) =>
        {
            var count = 0;
            while (await reader.ReadAsync(token))
            {
                count++;
            }

            return count;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task LeaveAsync(Guid nodeId, CancellationToken cancellationToken) => database.WriteAsync(
        batch =>
        {
            batch.Add("SELECT FROM nodes WHERE node_id = $1 FOR UPDATE", nodeId);
            batch.Add(DateLeaving, nodeId);
            batch.Add("DELETE FROM users_online WHERE node_id = $1", nodeId);
            batch.Add("DELETE FROM nodes WHERE node_id = $1", nodeId);
        },
        cancellationToken);

    /// <summary>
    /// Users of the nodes of which one condition tells were last seen at a time, unless they are also at one of which the other tells. Users
    /// are locked in one order on every node.
    /// </summary>
    private static string DateUsers(string at, string whose, string living) =>
        $"""
        UPDATE users u SET last_seen = d.at
        FROM (SELECT x.user_id, x.at
              FROM (SELECT o.user_id, max({at}) AS at FROM users_online o JOIN nodes n USING (node_id)
                    WHERE {whose} AND o.status IN ('online', 'away') GROUP BY o.user_id) x
              JOIN users USING (user_id)
              WHERE users.last_seen < x.at AND NOT EXISTS (
                SELECT FROM users_online o JOIN nodes n USING (node_id)
                WHERE o.user_id = x.user_id AND o.status IN ('online', 'away') AND {living})
              ORDER BY x.user_id FOR NO KEY UPDATE OF users) d
        WHERE u.user_id = d.user_id AND u.last_seen < d.at
        """;
}

/// <summary>How hand-written statements come into a batch.</summary>
internal static class PostgresBatch
{
    /// <summary>Adds a statement with its parameters, <c>$1</c> and on.</summary>
    public static void Add(this NpgsqlBatch batch, string statement, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // The statements are the program's own; values only ever go in as parameters.
        var command = new NpgsqlBatchCommand(statement);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
