using FastChat.Server.Storage.Archive;
using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>
/// Reads all of a database as it is at one moment, on a connection that can neither write nor checkpoint: a server beside it
/// is not disturbed; only its write-ahead log grows until the reading is over. What a killed server left in that log is read as well.
/// </summary>
internal sealed class SqliteSnapshot : ITableSource
{
    private readonly SqliteFile? held;
    private readonly SqliteConnection connection;

    private SqliteSnapshot(SqliteFile? held, SqliteConnection connection)
    {
        this.held = held;
        this.connection = connection;
    }

    /// <inheritdoc/>
    public SourceInfo Info { get; private set; } = null!;

    /// <inheritdoc/>
    public IReadOnlyList<CountedTable> Tables { get; private set; } = [];

    /// <summary>Begins to read.</summary>
    /// <param name="path">The database's file.</param>
    /// <param name="held">The lock on it, which is then the snapshot's own; null to read beside a server.</param>
    /// <exception cref="DatabaseRefusedException">There is nothing to read, or it is newer than this program.</exception>
    public static SqliteSnapshot Open(string path, SqliteFile? held)
    {
        var snapshot = new SqliteSnapshot(held, new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
            DefaultTimeout = SqliteStart.BusySeconds,
        }.ToString()));
        try
        {
            snapshot.Begin(path);
            return snapshot;
        }
        catch
        {
            snapshot.connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<object?[]> ReadAsync(KeptTable table, CancellationToken cancellationToken) =>
        SqliteRows.Read(connection, table).ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        held?.Dispose();
    }

    private void Begin(string path)
    {
        connection.Open();

        // The moment is that of the first statement; the transaction ends with the connection.
        SqliteStart.Run(connection, "BEGIN DEFERRED");
        var schema = SqliteSchema.Applied(connection).LastOrDefault();
        Tables = [.. SqliteRows.Model
            .Select(table => SqliteRows.Existing(connection, table))
            .OfType<KeptTable>()
            .Select(table => new CountedTable(table, (long)Scalar($"SELECT count(*) FROM {table.Name}")!))];
        if (schema is null || Tables.Count == 0 || Scalar("SELECT epoch FROM database_info") is not string epoch)
        {
            throw new DatabaseRefusedException($"The database {path} is empty: no FastChat server has used it yet.");
        }

        Info = new SourceInfo(SqliteAdministration.Kind, schema, epoch);
    }

    private object? Scalar(string query)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own; names come from the model.
        command.CommandText = query;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
