using FastChat.Server.Storage.Archive;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Replaces the content of a PostgreSQL database in one transaction; if that does not commit, nothing has happened.</summary>
internal sealed class PostgresReplacement : IDatabaseReplacement
{
    private readonly PostgresAddress address;
    private readonly PostgresLock held;

    private PostgresReplacement(PostgresAddress address, PostgresLock held)
    {
        this.address = address;
        this.held = held;
    }

    /// <summary>Empties the tables.</summary>
    /// <param name="address">The database.</param>
    /// <param name="held">The transaction, which is then the replacement's own.</param>
    /// <param name="onlyIfEmpty">Refuse if there are users, chats or messages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<PostgresReplacement> BeginAsync(PostgresAddress address, PostgresLock held, bool onlyIfEmpty, CancellationToken cancellationToken)
    {
        var tables = PostgresRows.Model.Select(table => table.Name).Concat(KeptTables.Transient);
        const string Empty = "SELECT NOT EXISTS (SELECT FROM users) AND NOT EXISTS (SELECT FROM chats) AND NOT EXISTS (SELECT FROM chat_messages)";
        if (onlyIfEmpty && (bool)(await PostgresLock.ScalarAsync(held.Connection, Empty, cancellationToken))! == false)
        {
            throw new DatabaseRefusedException($"The database {address} is not empty: it has users, chats or messages.");
        }

        try
        {
            await PostgresLock.ScalarAsync(held.Connection, $"TRUNCATE {string.Join(", ", tables)}", cancellationToken);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new DatabaseRefusedException($"The database {address} is in use: somebody holds a lock on its tables. Nothing was changed.", fault);
        }

        return new PostgresReplacement(address, held);
    }

    /// <inheritdoc/>
    public Task WriteAsync(KeptTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken) =>
        PostgresRows.WriteAsync(held.Connection, KeptTables.Match(PostgresRows.Model, table), rows, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<object?[]> ReadAsync(KeptTable table, CancellationToken cancellationToken) =>
        PostgresRows.ReadAsync(held.Connection, KeptTables.Match(PostgresRows.Model, table), cancellationToken);

    /// <inheritdoc/>
    public async Task<string?> CommitAsync(string? epoch, CancellationToken cancellationToken)
    {
        if (epoch is not null)
        {
            await using var command = held.Connection.CreateCommand();
            command.CommandText = "INSERT INTO database_info (id, epoch) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch";
            command.Parameters.Add(new NpgsqlParameter { Value = epoch });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        // Neither the check nor the first queries should be planned for empty tables.
        await PostgresLock.ScalarAsync(held.Connection, $"ANALYZE {string.Join(", ", PostgresRows.Model.Select(table => table.Name))}", cancellationToken);
        await RequireWholeAsync(cancellationToken);
        try
        {
            await held.CommitAsync();
        }
        catch (NpgsqlException fault) when (!PostgresFaults.IsAnswered(fault))
        {
            throw new DatabaseRefusedException(
                $"The connection to {address} broke while the new content was committed: it is there whole, or the old one is. Look, or do it again.", fault);
        }

        return null;
    }

    /// <summary>Messages have no foreign keys here, since they cost too much with every append; so what they refer to is looked for once.</summary>
    private async Task RequireWholeAsync(CancellationToken cancellationToken)
    {
        const string Lost =
            """
            SELECT EXISTS (SELECT FROM chat_messages m WHERE NOT EXISTS (SELECT FROM chats c WHERE c.chat_id = m.chat_id))
                OR EXISTS (SELECT FROM chat_messages m WHERE NOT EXISTS (SELECT FROM users u WHERE u.user_id = m.sender_id))
            """;
        if ((bool)(await PostgresLock.ScalarAsync(held.Connection, Lost, cancellationToken))!)
        {
            throw new ArchiveRefusedException("A row of chat_messages refers to one that is not there; nothing was changed.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => held.DisposeAsync();
}
