using FastChat.Server.Storage;
using FastChat.Server.Storage.Postgres;
using FastChat.Server.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace FastChat.ContractTests.Postgres;

/// <summary>What a start makes of a database that it finds.</summary>
public sealed class PostgresStartTests : IAsyncLifetime
{
    private PostgresServer server = null!;
    private string name = null!;

    public async ValueTask InitializeAsync()
    {
        server = await PostgresServer.SharedAsync();
        name = await server.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync() => await Discarded.AddAsync(server, name);

    [Fact]
    public async Task A_database_keeps_its_epoch_from_start_to_start_and_a_new_one_has_another()
    {
        var epoch = EpochOf(name);
        Assert.Equal(epoch, EpochOf(name));
        var other = await server.CreateDatabaseAsync();
        Assert.NotEqual(epoch, EpochOf(other));
        await Discarded.AddAsync(server, other);
    }

    [Fact]
    public async Task Of_nodes_that_start_at_once_one_migrates_and_all_agree_straight_and_through_a_pooler()
    {
        var bouncer = await PgBouncerServer.SharedAsync();
        string[] urls = [server.Url(name), bouncer.Url(name)];
        var epochs = await Task.WhenAll(Enumerable.Range(0, 8).Select(node => Task.Run(() =>
        {
            using var database = Open(urls[node % 2]);
            return database.Epoch.Value;
        }))).WithinLimitAsync();
        Assert.Single(epochs.Distinct());
    }

    [Fact]
    public async Task Statements_are_prepared_for_the_log_only_where_the_server_itself_answers()
    {
        foreach (var (url, expected) in new[] { (server.Url(name), true), ((await PgBouncerServer.SharedAsync()).Url(name), false) })
        {
            var address = PostgresTestDatabase.Address(url);
            await using var own = PostgresConnections.Own(address);
            await using var first = await own.OpenConnectionAsync();
            var isDirect = PostgresConnections.IsDirect(first);
            Assert.Equal(expected, isDirect);

            await using var log = PostgresConnections.Log(address, isDirect);
            await using var connection = await log.OpenConnectionAsync();
            for (var time = 0; time < 3; time++)
            {
                await using var query = new NpgsqlCommand("SELECT count(*) FROM pg_class WHERE relname = $1::name", connection) { Parameters = { new() { Value = "pg_class" } } };
                Assert.Equal(1L, await query.ExecuteScalarAsync());
            }

            await using var prepared = new NpgsqlCommand("SELECT count(*) > 0 FROM pg_prepared_statements", connection);
            Assert.Equal(expected, await prepared.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task Another_application_s_database_is_refused_and_not_touched()
    {
        await server.ExecuteAsync(name, "CREATE TABLE theirs (id integer)");
        AssertRefused("belongs to another application, not to FastChat; nothing in it was touched.");
        Assert.Equal(["theirs"], await TablesAsync());
        await server.ExecuteAsync(name, """DROP TABLE theirs; CREATE TABLE "__EFMigrationsHistory" ("MigrationId" text, "ProductVersion" text)""");
        AssertRefused("belongs to another application, not to FastChat; nothing in it was touched.");
        Assert.Equal(["__EFMigrationsHistory"], await TablesAsync());
    }

    [Fact]
    public async Task What_an_extension_brought_along_does_not_count()
    {
        await server.ExecuteAsync(name, "CREATE EXTENSION pg_stat_statements");
        Assert.NotEmpty(EpochOf(name));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_by_its_name()
    {
        EpochOf(name);
        await server.ExecuteAsync(name, """INSERT INTO "__EFMigrationsHistory" VALUES ('9999_Future', '99.0')""");
        AssertRefused("is newer than this program: it has the schema 9999_Future, which this program does not know; nothing in it was touched.");
    }

    [Fact]
    public void What_the_server_refuses_is_said_in_its_words_and_at_once_and_never_with_the_password()
    {
        foreach (var (url, reason) in new[]
        {
            (server.Url("missing"), "database \"missing\" does not exist (3D000)"),
            (server.Url(name).Replace("fastchat:", "nobody:", StringComparison.Ordinal), "password authentication failed for user \"nobody\" (28P01)"),
            (server.Url(name).Replace("disable", "require", StringComparison.Ordinal), "SSL"),
        })
        {
            var time = new JumpingTime();
            var fault = Assert.Throws<DatabaseRefusedException>(() => Open(url, time));
            Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("p@ss", fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("p%40ss", fault.Message, StringComparison.Ordinal);

            // A server without TLS looks like one that is still starting, so the start waits for it.
            Assert.InRange(time.Waited, TimeSpan.Zero, TimeSpan.FromSeconds(reason == "SSL" ? 11 : 0));
        }
    }

    [Fact]
    public async Task A_read_can_not_write_and_sees_one_snapshot()
    {
        var time = new UnhurriedTime();
        using var database = Open(server.Url(name), time);
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => database.ReadAsync(
            (db, ct) =>
            {
                // The read-only server may be about to become writable, so the read is tried again for a while.
                time.Skip(TimeSpan.FromMinutes(1));
                return db.Database.ExecuteSqlRawAsync("UPDATE database_info SET epoch = 'mine'", ct);
            },
            default));
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

    /// <summary>The migrations are SQL by hand, so what they make is compared with what EF Core believes.</summary>
    [Fact]
    public async Task The_migrations_make_the_tables_of_the_model_with_their_columns_types_nulls_and_keys()
    {
        EpochOf(name);
        await using var context = new PostgresDbContext(new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql(server.ConnectionString(name)).Options);
        foreach (var entity in context.Model.GetEntityTypes())
        {
            Assert.Equal(Expected(entity), await QueryAsync(
                $"""
                SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE ' NULL' END
                  || coalesce(' key ' || array_position(i.indkey::int2[], a.attnum) + 1, '')
                FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
                WHERE a.attrelid = '{entity.GetTableName()}'::regclass AND a.attnum > 0 ORDER BY a.attname COLLATE "C"
                """));
        }
    }

    private static List<string> Expected(IEntityType entity)
    {
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        var key = entity.FindPrimaryKey()!.Properties.ToList();
        return [.. entity.GetProperties()
            .Select(property => $"{property.GetColumnName(table)} {property.GetColumnType()} {(property.IsColumnNullable(table) ? "NULL" : "NOT NULL")}"
                + (key.Contains(property) ? $" key {key.IndexOf(property) + 1}" : string.Empty))
            .Order(StringComparer.Ordinal)];
    }

    private static PostgresDatabase Open(string url, TimeProvider? time = null) =>
        PostgresStart.Open(PostgresTestDatabase.Address(url), time ?? new UnhurriedTime(), NullLoggerFactory.Instance);

    private string EpochOf(string database)
    {
        using var opened = Open(server.Url(database));
        return opened.Epoch.Value;
    }

    private void AssertRefused(string reason) => Assert.Equal(
        $"The database {name} at 127.0.0.1:{server.Port} {reason}", Assert.Throws<DatabaseRefusedException>(() => EpochOf(name)).Message);

    private Task<List<string>> TablesAsync() => QueryAsync("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");

    private async Task<List<string>> QueryAsync(string query)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(name));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(query, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await rows.ReadAsync())
        {
            values.Add(rows.GetString(0));
        }

        return values;
    }

    /// <summary>A clock that jumps to the end of each pause, and adds the pauses up.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private long ticks;

        public TimeSpan Waited => TimeSpan.FromTicks(Interlocked.Read(ref ticks));

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref ticks, dueTime.Ticks);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
