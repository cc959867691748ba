using System.Data;
using FastChat.Server.Storage.Archive;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Reads all of a database as it is at one moment, in a transaction that only reads; nobody waits for it.</summary>
internal sealed class PostgresSnapshot : ITableSource
{
    private readonly PostgresLock? alone;
    private readonly NpgsqlConnection connection;

    private PostgresSnapshot(PostgresLock? alone, NpgsqlConnection connection)
    {
        this.alone = alone;
        this.connection = connection;
    }

    /// <inheritdoc/>
    public SourceInfo Info { get; private set; } = null!;

    /// <inheritdoc/>
    public IReadOnlyList<CountedTable> Tables { get; private set; } = [];

    /// <summary>Begins to read.</summary>
    /// <param name="address">The database.</param>
    /// <param name="alone">What keeps servers away, which is then the snapshot's own; null to read beside them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DatabaseRefusedException">There is nothing to read, or it is newer than this program.</exception>
    public static async Task<PostgresSnapshot> OpenAsync(PostgresAddress address, PostgresLock? alone, CancellationToken cancellationToken)
    {
        var snapshot = new PostgresSnapshot(alone, PostgresStart.Connect(address));
        try
        {
            await snapshot.BeginAsync(address, cancellationToken);
            return snapshot;
        }
        catch
        {
            await snapshot.connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<object?[]> ReadAsync(KeptTable table, CancellationToken cancellationToken) =>
        PostgresRows.ReadAsync(connection, table, cancellationToken);

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        if (alone is not null)
        {
            await alone.DisposeAsync();
        }
    }

    private async Task BeginAsync(PostgresAddress address, CancellationToken cancellationToken)
    {
        // It ends with the connection.
        _ = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await PostgresLock.ScalarAsync(connection, "SET TRANSACTION READ ONLY", cancellationToken);
        await PostgresLock.LetTakeLongAsync(connection, cancellationToken);
        var applied = PostgresStart.FindApplied(address, connection);
        var tables = new List<CountedTable>();
        foreach (var known in PostgresRows.Model)
        {
            if (await PostgresRows.ExistingAsync(connection, known, cancellationToken) is { } table)
            {
                tables.Add(new CountedTable(table, (long)(await PostgresLock.ScalarAsync(connection, $"SELECT count(*) FROM {table.Name}", cancellationToken))!));
            }
        }

        if (applied.Count == 0 || await PostgresLock.ScalarAsync(connection, "SELECT epoch FROM database_info", cancellationToken) is not string epoch)
        {
            throw new DatabaseRefusedException($"The database {address} is empty: no FastChat server has used it yet.");
        }

        Tables = tables;
        Info = new SourceInfo(PostgresAdministration.Kind, applied[^1], epoch);
    }
}
