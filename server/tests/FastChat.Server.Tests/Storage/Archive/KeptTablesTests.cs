using FastChat.Server.Storage.Archive;
using FastChat.Server.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Storage.Archive;

/// <summary>A table or a column that somebody adds later must not be forgotten by backups.</summary>
public sealed class KeptTablesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-kept-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_property_of_every_entity_is_kept()
    {
        using var context = new SqliteDbContext(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite().Options);
        var properties = context.Model.GetEntityTypes()
            .SelectMany(entity => entity.GetProperties().Select(property => $"{entity.GetTableName()}.{property.GetColumnName()}"));
        var kept = KeptTables.Of(context.Model).SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column.Name}"));
        Assert.Equal(properties.Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_column_of_every_table_of_the_schema_is_kept_unless_it_tells_who_is_here()
    {
        var path = Path.Combine(folder, "chat.db");
        SqliteStart.Open(path, NullLoggerFactory.Instance).Dispose();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_EF%' ESCAPE '\\'";
        using var rows = command.ExecuteReader();
        var columns = new List<string>();
        while (rows.Read())
        {
            columns.Add(rows.GetString(0));
        }

        using var context = new SqliteDbContext(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite().Options);
        var kept = KeptTables.Of(context.Model).SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column.Name}"));
        var expected = columns.Where(column => !KeptTables.Transient.Contains(column.Split('.')[0], StringComparer.Ordinal));
        Assert.Equal(expected.Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
        Assert.Contains("users_online.user_id", columns);
    }

    [Fact]
    public void What_this_program_does_not_know_is_refused_by_its_name()
    {
        var known = new[] { new KeptTable("users", [new("user_id", ColumnKind.Uuid), new("kind", ColumnKind.Text)], ["user_id"]) };
        Assert.Equal(["user_id"], KeptTables.Match(known, known[0] with { Key = [] }).Key);
        Assert.Contains("(bots)", Refusal(new KeptTable("bots", [], [])), StringComparison.Ordinal);
        Assert.Contains("(users.age)", Refusal(new KeptTable("users", [new("age", ColumnKind.Integer)], [])), StringComparison.Ordinal);
        Assert.Contains("(users.kind)", Refusal(new KeptTable("users", [new("kind", ColumnKind.Integer)], [])), StringComparison.Ordinal);

        string Refusal(KeptTable table) => Assert.Throws<ArchiveRefusedException>(() => KeptTables.Match(known, table)).Message;
    }
}
