using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Migrations;

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
            Migrate(connection);
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

    private static void RequireSqlite()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        if (Version.Parse(connection.ServerVersion) < OldestSqlite)
        {
            throw new DatabaseRefusedException($"SQLite {connection.ServerVersion} is too old: {OldestSqlite} or newer is needed.");
        }
    }

    private static SqliteConnection Connect(string path, bool isNew)
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

    private static void Migrate(SqliteConnection connection)
    {
        var known = typeof(SqliteStart).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Migrations.Initial).Namespace)
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var applied = Applied(connection);
        if (applied.Find(id => !known.Contains(id)) is { } newer)
        {
            throw new DatabaseRefusedException(
                $"The database {connection.DataSource} is newer than this program: it has the schema {newer}, which this program does not know.");
        }

        if (applied.Count == known.Count)
        {
            return;
        }

        // Only a server that was killed while it migrated leaves this row; the file's lock says that none is at it now.
        if (Exists(connection, "__EFMigrationsLock"))
        {
            Run(connection, "DELETE FROM __EFMigrationsLock");
        }

        // The migrations are SQL by hand, so there is no snapshot to compare the model with; a test compares it with the schema.
        var options = new DbContextOptionsBuilder<SqliteDbContext>()
            .UseSqlite(connection)
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))
            .Options;
        using var context = new SqliteDbContext(options);
        context.Database.Migrate();
    }

    private static List<string> Applied(SqliteConnection connection)
    {
        var ids = new List<string>();
        if (Exists(connection, "__EFMigrationsHistory"))
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT MigrationId FROM __EFMigrationsHistory";
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                ids.Add(rows.GetString(0));
            }
        }

        return ids;
    }

    private static string Prepare(SqliteConnection connection)
    {
        Run(connection, "PRAGMA journal_mode = WAL");
        Run(connection, $"INSERT OR IGNORE INTO database_info (id, epoch) VALUES (1, '{Guid.CreateVersion7()}')");
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT epoch FROM database_info";
        return (string)command.ExecuteScalar()!;
    }

    private static bool Exists(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $name";
        command.Parameters.AddWithValue("$name", table);
        return (long)command.ExecuteScalar()! == 1;
    }

    private static void Run(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
