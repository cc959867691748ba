using FastChat.Server.Storage;
using FastChat.Server.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Storage;

public sealed class SqliteStartTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-start-").FullName;
    private readonly string path;

    public SqliteStartTests() => path = Path.Combine(folder, "chat.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_database_keeps_its_epoch_from_start_to_start_and_a_new_one_has_another()
    {
        var epoch = EpochOf(path);
        Assert.Equal(epoch, EpochOf(path));
        Assert.NotEqual(epoch, EpochOf(Path.Combine(folder, "deep", "er", "other.db")));
    }

    [Fact]
    public void An_empty_file_is_made_a_database()
    {
        File.WriteAllBytes(path, []);
        Assert.NotEmpty(EpochOf(path));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        foreach (var content in new[] { "short", new string('x', 5000), "SQLite format 3" })
        {
            File.WriteAllText(path, content);
            AssertRefused($"The file {path} is no SQLite database.");
            Assert.Equal(content, File.ReadAllText(path));
        }
    }

    [Fact]
    public void Another_application_s_database_is_refused_and_left_as_it_is()
    {
        Execute("CREATE TABLE theirs (id INTEGER); PRAGMA application_id = 12345");
        var bytes = File.ReadAllBytes(path);
        AssertRefused($"The database {path} belongs to another application, not to FastChat.");
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_newer_schema_is_refused_by_its_name()
    {
        EpochOf(path);
        Execute("INSERT INTO __EFMigrationsHistory VALUES ('9999_Future', '99.0')");
        AssertRefused($"The database {path} is newer than this program: it has the schema 9999_Future, which this program does not know.");
    }

    [Fact]
    public void A_second_server_on_the_same_file_is_refused_until_the_first_has_ended()
    {
        using (SqliteStart.Open(path, NullLoggerFactory.Instance))
        {
            AssertRefused($"The database {path} is in use by another FastChat server.");
        }

        Assert.NotEmpty(EpochOf(path));
    }

    [Fact]
    public void A_folder_and_a_damaged_file_are_refused_with_a_sentence()
    {
        Directory.CreateDirectory(path);
        AssertRefused($"The database {path} can't be opened: it is a folder.");
        Directory.Delete(path);
        EpochOf(path);
        var bytes = File.ReadAllBytes(path);
        Array.Fill(bytes, (byte)0xAA, 100, bytes.Length - 100);
        File.WriteAllBytes(path, bytes);
        Assert.StartsWith($"The database {path} can't be opened: ", Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mark_of_EF_Core_s_that_a_migration_runs_does_not_keep_the_next_start_waiting()
    {
        Execute($"""
            PRAGMA application_id = {SqliteFile.ApplicationId};
            CREATE TABLE __EFMigrationsLock (Id INTEGER NOT NULL CONSTRAINT PK___EFMigrationsLock PRIMARY KEY, Timestamp TEXT NOT NULL);
            INSERT INTO __EFMigrationsLock VALUES (1, '2026-01-01 00:00:00')
            """);
        var epoch = await Task.Run(() => EpochOf(path)).WithinLimitAsync();
        Assert.NotEmpty(epoch);
    }

    [Fact]
    public async Task The_connection_that_writes_syncs_every_commit_to_a_write_ahead_log()
    {
        using var database = SqliteStart.Open(path, NullLoggerFactory.Instance);
        var settings = await database.WriteAsync(
            (db, ct) => db.Database.SqlQueryRaw<string>(
                """
                SELECT journal_mode || ' ' || synchronous || ' ' || foreign_keys AS Value
                FROM pragma_journal_mode, pragma_synchronous, pragma_foreign_keys
                """).SingleAsync(ct),
            default);
        Assert.Equal("wal 2 1", settings);
    }

    [Fact]
    public async Task A_connection_that_reads_can_not_write()
    {
        using var database = SqliteStart.Open(path, NullLoggerFactory.Instance);
        var fault = await Assert.ThrowsAsync<DatabaseUnavailableException>(() => database.ReadAsync(
            (db, ct) => db.Database.ExecuteSqlRawAsync("UPDATE database_info SET epoch = 'mine'", ct), default));
        Assert.StartsWith("SQLite answered 8:", fault.Message, StringComparison.Ordinal);
        Assert.Equal(database.Epoch.Value, await database.ReadAsync((db, ct) => db.Set<DatabaseInfo>().Select(info => info.Epoch).SingleAsync(ct), default));
    }

    [Fact]
    public async Task A_read_sees_one_snapshot()
    {
        using var database = SqliteStart.Open(path, NullLoggerFactory.Instance);
        var (before, after) = await database.ReadAsync(
            async (db, ct) =>
            {
                var first = await db.Set<DatabaseInfo>().Select(info => info.Epoch).SingleAsync(ct);
                await database.WriteAsync((writing, token) => writing.Database.ExecuteSqlRawAsync("UPDATE database_info SET epoch = 'new'", token), ct);
                return (first, await db.Set<DatabaseInfo>().Select(info => info.Epoch).SingleAsync(ct));
            },
            default);
        Assert.Equal(before, after);
        Assert.Equal("new", await database.ReadAsync((db, ct) => db.Set<DatabaseInfo>().Select(info => info.Epoch).SingleAsync(ct), default));
    }

    private static string EpochOf(string path)
    {
        using var database = SqliteStart.Open(path, NullLoggerFactory.Instance);
        return database.Epoch.Value;
    }

    private DatabaseRefusedException Refusal() =>
        Assert.Throws<DatabaseRefusedException>(() => SqliteStart.Open(path, NullLoggerFactory.Instance).Dispose());

    private void AssertRefused(string sentence) => Assert.Equal(sentence, Refusal().Message);

    private void Execute(string statements)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are the test's own.
        command.CommandText = statements;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
