using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Opens the embedded database at start: checks, then schema, then the connection that writes.</summary>
public static class SqliteStart
{
    /// <summary>How long a statement waits for another process's lock, in seconds; then the write is refused as unavailable.</summary>
    internal const int BusySeconds = 2;

    /// <summary>Older ones have CVE-2025-6965.</summary>
    private static readonly Version OldestSqlite = new(3, 50, 2);

    /// <summary>The writing connection's page cache, in KiB; it grows only as far as the database is large.</summary>
    private const int WriterCacheKiB = 64 * 1024;

    /// <summary>Opens the file at <paramref name="path"/>, makes it if there is none, and brings its schema up to date.</summary>
    /// <exception cref="DatabaseRefusedException">It can't be used; nothing was changed in it.</exception>
    public static SqliteDatabase Open(string path, ILoggerFactory loggers)
    {
        RequireSqlite();
        var file = SqliteFile.Take(path);
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path, file.IsNew);
            SqliteSchema.Migrate(connection);
            var epoch = new Epoch(Prepare(connection));
            return new SqliteDatabase(file, path, connection, epoch, loggers.CreateLogger<SqliteWriter>());
        }
        catch (Exception fault)
        {
            connection?.Dispose();
            file.Dispose();
            if (SqliteFaults.IsOutage(fault))
            {
                throw new DatabaseRefusedException($"The database {path} can't be opened: {fault.Message}", fault);
            }

            throw;
        }
    }

    /// <summary>Brings the schema up to date, of a new file as well, and tells which migrations that took.</summary>
    /// <exception cref="DatabaseRefusedException">It can't be used; nothing was changed in it.</exception>
    internal static IReadOnlyList<string> Migrate(string path)
    {
        RequireSqlite();
        using var file = SqliteFile.Take(path);
        try
        {
            using var connection = Connect(path, file.IsNew);
            var applied = SqliteSchema.Migrate(connection);
            Prepare(connection);
            return applied;
        }
        catch (Exception fault) when (SqliteFaults.IsOutage(fault))
        {
            throw new DatabaseRefusedException($"The database {path} can't be opened: {fault.Message}", fault);
        }
    }

    internal static void RequireSqlite()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        if (Version.Parse(connection.ServerVersion) < OldestSqlite)
        {
            throw new DatabaseRefusedException($"SQLite {connection.ServerVersion} is too old: {OldestSqlite} or newer is needed.");
        }
    }

    /// <summary>Opens a file to write to it, and marks it as ours if it is new.</summary>
    internal static SqliteConnection Connect(string path, bool isNew)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            ForeignKeys = true,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        connection.Open();
        if (isNew)
        {
            // Before the WAL exists, so that the mark is in the file itself, where the next start looks for it.
            Run(connection, $"PRAGMA application_id = {SqliteFile.ApplicationId}");
        }

        Run(connection, "PRAGMA synchronous = FULL");

        // The indexes' pages that are written to all over again; by default it is 2 MB, and the rest is read again and again.
        Run(connection, $"PRAGMA cache_size = -{WriterCacheKiB}");
        return connection;
    }

    private static string Prepare(SqliteConnection connection)
    {
        Run(connection, "PRAGMA journal_mode = WAL");
        Run(connection, $"INSERT OR IGNORE INTO database_info (id, epoch) VALUES (1, '{Guid.CreateVersion7()}')");
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT epoch FROM database_info";
        return (string)command.ExecuteScalar()!;
    }

    internal static void Run(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
