using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>The schema of a SQLite database: which migrations it has seen, and those that are missing.</summary>
internal static class SqliteSchema
{
    private const string Marker = "__EFMigrationsLock";

    /// <summary>The migrations that this program has, in their order.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. typeof(SqliteSchema).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Migrations.Initial).Namespace)
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Applies the migrations that are missing, and tells which.</summary>
    /// <exception cref="DatabaseRefusedException">The database is newer than this program.</exception>
    public static IReadOnlyList<string> Migrate(SqliteConnection connection)
    {
        var applied = Applied(connection);
        if (applied.Count == Known.Count)
        {
            return [];
        }

        // Only a server that was killed while it migrated leaves this row; the file's lock says that none is at it now.
        if (Exists(connection, Marker))
        {
            SqliteStart.Run(connection, $"DELETE FROM {Marker}");
        }

        // The migrations are SQL by hand, so there is no snapshot to compare the model with; a test compares it with the schema.
        var options = new DbContextOptionsBuilder<SqliteDbContext>()
            .UseSqlite(connection)
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))
            .Options;
        using var context = new SqliteDbContext(options);
        context.Database.Migrate();
        return [.. Known.Except(applied, StringComparer.Ordinal)];
    }

    /// <summary>The migrations that a database has seen, in their order.</summary>
    /// <exception cref="DatabaseRefusedException">The database is newer than this program.</exception>
    public static List<string> Applied(SqliteConnection connection)
    {
        var ids = new List<string>();
        if (Exists(connection, "__EFMigrationsHistory"))
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId";
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                ids.Add(rows.GetString(0));
            }
        }

        return ids.Find(id => !Known.Contains(id, StringComparer.Ordinal)) is { } newer
            ? throw new DatabaseRefusedException(
                $"The database {connection.DataSource} is newer than this program: it has the schema {newer}, which this program does not know.")
            : ids;
    }

    private static bool Exists(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $name";
        command.Parameters.AddWithValue("$name", table);
        return (long)command.ExecuteScalar()! == 1;
    }
}
