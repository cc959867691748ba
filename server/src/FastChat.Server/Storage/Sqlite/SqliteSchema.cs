using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>The schema of a SQLite database: which migrations it has seen, and those that are missing.</summary>
internal static class SqliteSchema
{
    private const string CreateHistory =
        $"""
        CREATE TABLE IF NOT EXISTS "{SchemaMigration.History}" (
          "MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY,
          "ProductVersion" TEXT NOT NULL);
        """;

    private static readonly IReadOnlyList<SchemaMigration> Migrations = SchemaMigration.Beside(typeof(SqliteSchema));

    /// <summary>The migrations that this program has, in their order.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. Migrations.Select(migration => migration.Id)];

    /// <summary>Applies the migrations that are missing, each in a transaction of its own, and tells which.</summary>
    /// <exception cref="DatabaseRefusedException">The database is newer than this program.</exception>
    public static IReadOnlyList<string> Migrate(SqliteConnection connection)
    {
        var applied = Applied(connection);
        var missing = Migrations.Where(migration => !applied.Contains(migration.Id, StringComparer.Ordinal)).ToList();
        foreach (var migration in missing)
        {
            using var transaction = connection.BeginTransaction();
            SqliteStart.Run(connection, CreateHistory + migration.Script);
            transaction.Commit();
        }

        return [.. missing.Select(migration => migration.Id)];
    }

    /// <summary>The migrations that a database has seen, in their order.</summary>
    /// <exception cref="DatabaseRefusedException">The database is newer than this program.</exception>
    public static List<string> Applied(SqliteConnection connection)
    {
        var ids = new List<string>();
        if (HasHistory(connection))
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT MigrationId FROM {SchemaMigration.History} ORDER BY MigrationId";
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

    private static bool HasHistory(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{SchemaMigration.History}'";
        return (long)command.ExecuteScalar()! == 1;
    }
}
