using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>A transaction during which no server has the database: none runs, and none gets through its start.</summary>
internal sealed class PostgresLock : IAsyncDisposable
{
    /// <summary>A running node renews its row every 3 s; one that has not for this long, in seconds of the database's clock, is gone.</summary>
    private const int AliveSeconds = 15;

    /// <summary>Within this time a running node renews its row, however far its own clock is off.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(8);

    /// <summary>Not marked as dead by another node; in words that a schema from before there was such a mark understands.</summary>
    private const string Living = "to_jsonb(nodes) ->> 'died_at' IS NULL";

    private readonly NpgsqlTransaction transaction;

    private PostgresLock(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        Connection = connection;
        this.transaction = transaction;
    }

    /// <summary>The connection with the transaction.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Begins the transaction, brings the schema up to date in it if that is asked for, and looks for servers.</summary>
    /// <exception cref="DatabaseRefusedException">A server runs, or the database can't be used.</exception>
    public static async Task<PostgresLock> TakeAsync(PostgresAddress address, bool migrate, CancellationToken cancellationToken)
    {
        var connection = PostgresStart.Connect(address);
        try
        {
            var held = new PostgresLock(connection, await connection.BeginTransactionAsync(cancellationToken));
            await LetTakeLongAsync(connection, cancellationToken);
            if (migrate)
            {
                PostgresStart.BringUpToDate(address, connection);
            }
            else
            {
                PostgresStart.LockSchema(connection);
            }

            if (PostgresStart.FindApplied(address, connection).Count > 0)
            {
                await RequireNoNodeAsync(address, connection, cancellationToken);
            }

            return held;
        }
        catch (Exception fault)
        {
            await connection.DisposeAsync();
            throw fault is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }
                ? new DatabaseRefusedException($"The database {address} is in use: somebody holds a lock that is needed. Nothing was changed.", fault)
                : fault;
        }
    }

    /// <summary>Commits.</summary>
    public Task CommitAsync() => transaction.CommitAsync(CancellationToken.None);

    /// <summary>Undoes what was not committed.</summary>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    /// <summary>What may be set against long statements does not hold for this transaction; but it waits for locks only for a while.</summary>
    public static Task LetTakeLongAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => ScalarAsync(
        connection, "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '10s'", cancellationToken);

    /// <summary>Runs one of the program's own statements, however long it takes.</summary>
    public static async Task<object?> ScalarAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
#pragma warning disable CA2100 // The statements are the program's own; names come from the model.
        command.CommandText = statement;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task RequireNoNodeAsync(PostgresAddress address, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Renewed = $"SELECT coalesce(string_agg(node_id::text || renewed_at::text, ' ' ORDER BY node_id), '') FROM nodes WHERE {Living}";
        var before = (string)(await ScalarAsync(connection, Renewed, cancellationToken))!;
        var isAlive = (bool)(await ScalarAsync(
            connection, $"SELECT EXISTS (SELECT FROM nodes WHERE {Living} AND renewed_at > clock_timestamp() - interval '{AliveSeconds} s')", cancellationToken))!;
        if (!isAlive && before.Length > 0)
        {
            // A server was killed here, or runs with a clock that is behind: whoever is alive renews within this time.
            await Task.Delay(Renewal, cancellationToken);
            isAlive = before != (string)(await ScalarAsync(connection, Renewed, cancellationToken))!;
        }

        if (isAlive)
        {
            throw new DatabaseRefusedException(
                $"The database {address} is in use by a FastChat server; stop it first. (One that was killed counts as running for {AliveSeconds} s.)");
        }
    }
}
