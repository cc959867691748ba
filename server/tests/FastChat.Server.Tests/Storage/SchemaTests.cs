using FastChat.Server.Storage.Postgres;
using FastChat.Server.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Storage;

/// <summary>The migrations are SQL by hand, so what they make is compared with what EF Core believes.</summary>
public sealed class SchemaTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-schema-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_migrations_make_the_tables_of_the_model_with_their_columns_types_nulls_and_keys()
    {
        var path = Path.Combine(folder, "schema.db");
        SqliteStart.Open(path, NullLoggerFactory.Instance).Dispose();
        using var context = new SqliteDbContext(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite($"Data Source={path};Pooling=False").Options);
        context.Database.OpenConnection();
        var connection = (SqliteConnection)context.Database.GetDbConnection();
        var entities = context.Model.GetEntityTypes().ToList();
        Assert.Equal(
            [
                "chat_members", "chat_messages", "chats", "database_info", "held_positions", "hidden_ranges", "link_tokens", "refresh_tokens",
                "signing_keys", "user_blocks", "user_sessions", "users",
            ],
            entities.Select(entity => entity.GetTableName()).Order(StringComparer.Ordinal));
        Assert.All(entities, entity => Assert.Equal(Expected(entity), Actual(connection, entity.GetTableName()!)));
    }

    /// <summary>A backup of one is restored into the other, so their schemas have the same numbers.</summary>
    [Fact]
    public void Both_databases_have_the_same_migrations_in_the_same_order()
    {
        Assert.Equal(SqliteSchema.Known, PostgresStart.Known);
        Assert.Equal("0001_Initial", SqliteSchema.Known[0]);
        Assert.All(SqliteSchema.Known.Index(), migration => Assert.StartsWith($"{migration.Index + 1:0000}_", migration.Item, StringComparison.Ordinal));
    }

    /// <summary>A server that was killed between two migrations goes on with the next one.</summary>
    [Fact]
    public void Only_what_is_missing_is_applied_and_a_migration_that_fails_leaves_nothing()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "half.db")};Pooling=False");
        connection.Open();
        SqliteStart.Run(connection, "CREATE TABLE user_blocks (in_the_way TEXT)");
        Assert.Throws<SqliteException>(() => SqliteSchema.Migrate(connection));
        Assert.Equal(["0001_Initial"], SqliteSchema.Applied(connection));

        SqliteStart.Run(connection, "DROP TABLE user_blocks");
        Assert.Equal(SqliteSchema.Known.Skip(1), SqliteSchema.Migrate(connection));
        Assert.Equal(SqliteSchema.Known, SqliteSchema.Applied(connection));
        Assert.Empty(SqliteSchema.Migrate(connection));
    }

    private static List<string> Expected(IEntityType entity)
    {
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        var key = entity.FindPrimaryKey()!.Properties;
        return [.. entity.GetProperties()
            .Select(property => Line(
                property.GetColumnName(table)!, property.GetColumnType(), property.IsColumnNullable(table), key.ToList().IndexOf(property) + 1))
            .Order(StringComparer.Ordinal)];
    }

    private static List<string> Actual(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, type, \"notnull\", pk FROM pragma_table_info($table)";
        command.Parameters.AddWithValue("$table", table);
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read())
        {
            lines.Add(Line(rows.GetString(0), rows.GetString(1), rows.GetInt64(2) == 0, rows.GetInt32(3)));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static string Line(string column, string type, bool isNullable, int keyPlace) =>
        $"{column} {type} {(isNullable ? "NULL" : "NOT NULL")}{(keyPlace > 0 ? $" key {keyPlace}" : string.Empty)}";
}
