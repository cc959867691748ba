using FastChat.Server.Storage.Archive;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>
/// A new database that is built beside the old one, under a name of its own, and takes its place by one rename. Whenever the
/// process dies, either the old or the new database is there, whole.
/// </summary>
internal sealed class SqliteReplacement : IDatabaseReplacement
{
    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    private readonly string path;
    private readonly string building;
    private readonly SqliteFile held;
    private readonly SqliteConnection connection;

    private SqliteReplacement(string path, SqliteFile held, string building)
    {
        this.path = path;
        this.held = held;
        this.building = building;

        // Nobody needs the new file unless it was finished, so it does without a journal until then.
        connection = SqliteStart.Connect(building, isNew: true);
    }

    /// <summary>Begins to build.</summary>
    /// <param name="path">The database to replace.</param>
    /// <param name="held">The lock on it, which is then the replacement's own.</param>
    public static SqliteReplacement Begin(string path, SqliteFile held)
    {
        var fresh = path + ".restoring";
        Remove(fresh);
        SqliteReplacement? replacement = null;
        try
        {
            replacement = new SqliteReplacement(path, held, fresh);
            SqliteSchema.Migrate(replacement.connection);
            replacement.Run("PRAGMA journal_mode = OFF");
            replacement.Run("PRAGMA synchronous = OFF");
            replacement.Run("PRAGMA foreign_keys = OFF");
            replacement.Run("BEGIN");
            return replacement;
        }
        catch
        {
            replacement?.connection.Dispose();
            Remove(fresh);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(KeptTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken) =>
        SqliteRows.WriteAsync(connection, KeptTables.Match(SqliteRows.Model, table), rows, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<object?[]> ReadAsync(KeptTable table, CancellationToken cancellationToken) =>
        SqliteRows.Read(connection, KeptTables.Match(SqliteRows.Model, table)).ToAsyncEnumerable();

    /// <inheritdoc/>
    public async Task<string?> CommitAsync(string? epoch, CancellationToken cancellationToken)
    {
        if (epoch is not null)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO database_info (id, epoch) VALUES (1, $epoch) ON CONFLICT DO UPDATE SET epoch = $epoch";
            command.Parameters.AddWithValue("$epoch", epoch);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        Run("COMMIT");
        Check(cancellationToken);
        await connection.DisposeAsync();
        DurableFile.Sync(building);
        cancellationToken.ThrowIfCancellationRequested();
        return TakePlace();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        Remove(building);
        held.Dispose();
    }

    private void Check(CancellationToken cancellationToken)
    {
        using var interrupt = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle));
        try
        {
            if (First("PRAGMA foreign_key_check") is { } table)
            {
                throw new ArchiveRefusedException($"A row of {table} refers to one that is not there; nothing was changed.");
            }

            if (First("PRAGMA integrity_check") is not "ok")
            {
                throw new ArchiveRefusedException("The new database does not pass SQLite's check; nothing was changed. Is the disk sound?");
            }
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private string? TakePlace()
    {
        string? kept = null;
        if (File.Exists(path) || File.Exists(path + "-wal"))
        {
            kept = FreeName();
            SettleOld(kept);
        }

        if (File.Exists(path))
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(building, File.GetUnixFileMode(path));
            }

            // A second name for the old file, then the rename: there is no moment without a database.
            File.Replace(building, path, kept);
        }
        else
        {
            File.Move(building, path);
        }

        DurableFile.SyncFolderOf(path);
        return kept;
    }

    /// <summary>
    /// Brings all of the old database into its one file. Its write-ahead log must not lie beside the new one: SQLite would take
    /// it for the new one's own.
    /// </summary>
    private void SettleOld(string kept)
    {
        try
        {
            if (!held.IsNew)
            {
                using var old = SqliteStart.Connect(path, isNew: false);
                using var command = old.CreateCommand();
                command.CommandText = "PRAGMA journal_mode = DELETE";
                if (command.ExecuteScalar() is not "delete")
                {
                    throw new DatabaseRefusedException($"The database {path} is open in another program; close that first. Nothing was changed.");
                }
            }
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
        {
            throw new DatabaseRefusedException($"The database {path} is open in another program; close that first. Nothing was changed.", fault);
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
        {
            // The old one is damaged, which may be why somebody restores: its log goes where it goes, for whoever wants to mend it.
        }

        foreach (var companion in Companions.Where(companion => File.Exists(path + companion)))
        {
            File.Move(path + companion, kept + companion);
        }
    }

    /// <summary>The first value of the first row; null if there is none.</summary>
    private string? First(string query)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = query;
#pragma warning restore CA2100
        return command.ExecuteScalar() as string;
    }

    private string FreeName()
    {
        var name = $"{path}.before-restore-{TimeProvider.System.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}";
        for (var i = 2; File.Exists(name); i++)
        {
            name = $"{path}.before-restore-{TimeProvider.System.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{i}";
        }

        return name;
    }

    private void Run(string statement) => SqliteStart.Run(connection, statement);

    private static void Remove(string file)
    {
        File.Delete(file);
        foreach (var companion in Companions)
        {
            File.Delete(file + companion);
        }
    }
}
