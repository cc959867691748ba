using FastChat.Server.Storage;
using FastChat.Server.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Storage;

public sealed class SqliteWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-writer-").FullName;
    private readonly SqliteWriter writer;

    public SqliteWriterTests()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "w.db")};Foreign Keys=True;Pooling=False;Default Timeout=1");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            CREATE TABLE parents (id INTEGER PRIMARY KEY);
            CREATE TABLE items (name TEXT PRIMARY KEY, parent INTEGER REFERENCES parents (id));
            """;
        command.ExecuteNonQuery();
        writer = new SqliteWriter(connection, NullLogger<SqliteWriter>.Instance);
    }

    public void Dispose()
    {
        writer.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_waits_goes_into_one_transaction_in_its_order()
    {
        var works = await TogetherAsync(Insert("a"), Insert("b"), Insert("c"));
        Assert.All(works, work => Assert.Equal("committed", work.Fate));
        Assert.Single(works.Select(work => work.Transaction).Distinct());
        Assert.Equal(["a", "b", "c"], await NamesAsync());
    }

    [Fact]
    public async Task A_work_that_fails_is_undone_alone_and_the_others_survive()
    {
        var works = await TogetherAsync(
            Insert("a"), Insert("b", then: _ => throw new InvalidOperationException("bug")), Insert("c"), Insert("a"), Insert("d"));
        Assert.Equal(["committed", "InvalidOperationException", "committed", "SqliteException", "committed"], works.Select(work => work.Fate));
        Assert.Equal(["a", "c", "d"], await NamesAsync());
    }

    [Fact]
    public async Task When_all_but_the_last_have_failed_the_last_is_still_stored()
    {
        var works = await TogetherAsync(Insert("a", then: _ => throw new InvalidOperationException("bug")), Insert("b"));
        Assert.Equal(["InvalidOperationException", "committed"], works.Select(work => work.Fate));
        Assert.Equal(["b"], await NamesAsync());
    }

    [Fact]
    public async Task When_all_but_the_first_have_failed_the_first_is_still_stored()
    {
        var works = await TogetherAsync(Insert("a"), Insert("b", then: _ => throw new InvalidOperationException("bug")));
        Assert.Equal(["committed", "InvalidOperationException"], works.Select(work => work.Fate));
        Assert.Equal(["a"], await NamesAsync());
    }

    [Fact]
    public async Task A_work_that_fails_alone_leaves_nothing_behind()
    {
        var work = Insert("a", then: _ => throw new InvalidOperationException("bug"));
        writer.Enqueue(work);
        Assert.Equal("InvalidOperationException", await work.Done);
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task A_commit_that_fails_fails_all_and_the_writer_goes_on()
    {
        var works = await TogetherAsync(
            Insert("a"),
            new Work(run => run("PRAGMA defer_foreign_keys = ON; INSERT INTO items VALUES ('orphan', 7)")),
            Insert("c"));
        Assert.All(works, work => Assert.Equal("SqliteException", work.Fate));
        Assert.Empty(await NamesAsync());
        var next = Insert("d");
        writer.Enqueue(next);
        Assert.Equal("committed", await next.Done);
        Assert.Equal(["d"], await NamesAsync());
    }

    [Fact]
    public async Task A_work_that_ends_the_transaction_fails_all_of_it_and_the_writer_goes_on()
    {
        var works = await TogetherAsync(
            Insert("a"),
            new Work(run =>
            {
                run("ROLLBACK");
                throw new InvalidOperationException("the disk is full");
            }),
            Insert("c"));
        Assert.Equal(["InvalidOperationException", "InvalidOperationException", "InvalidOperationException"], works.Select(work => work.Fate));
        Assert.Empty(await NamesAsync());
        var next = Insert("d");
        writer.Enqueue(next);
        Assert.Equal("committed", await next.Done);
        Assert.Equal(["d"], await NamesAsync());
    }

    [Fact]
    public async Task While_another_has_the_lock_writes_fail_as_unavailable_and_then_go_on()
    {
        using (var other = new SqliteConnection($"Data Source={Path.Combine(folder, "w.db")};Pooling=False"))
        {
            await other.OpenAsync();
            using var held = other.BeginTransaction(deferred: false);
            var work = Insert("a");
            writer.Enqueue(work);
            Assert.Equal("DatabaseUnavailableException", await work.Done);
        }

        var next = Insert("b");
        writer.Enqueue(next);
        Assert.Equal("committed", await next.Done);
    }

    [Fact]
    public async Task Closing_writes_what_waits_and_refuses_what_comes_after()
    {
        var works = Enumerable.Range(0, 1000).Select(i => Insert($"{i:0000}")).ToList();
        works.ForEach(writer.Enqueue);
        writer.Dispose();
        writer.Dispose();
        foreach (var work in works)
        {
            Assert.Equal("committed", await work.Done);
        }

        Assert.Throws<DatabaseUnavailableException>(() => writer.Enqueue(Insert("late")));
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "w.db")};Pooling=False");
        await connection.OpenAsync();
        Assert.Equal(1000, Names(connection).Count);
    }

    private static Work Insert(string name, Action<string>? then = null) => new(run =>
    {
        run($"INSERT INTO items VALUES ('{name}', NULL)");
        then?.Invoke(name);
    });

    private static List<string> Names(SqliteConnection connection, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT name FROM items ORDER BY rowid";
        using var rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    /// <summary>Keeps the writer busy until all works wait, so that they share a transaction.</summary>
    private async Task<Work[]> TogetherAsync(params Work[] works)
    {
        using var release = new ManualResetEventSlim();
        writer.Enqueue(new Work(_ => Assert.True(release.Wait(Patience.For(60)), "the writer was not released")));
        works.ToList().ForEach(writer.Enqueue);
        release.Set();
        await Task.WhenAll(works.Select(work => work.Done));
        return works;
    }

    private async Task<List<string>> NamesAsync()
    {
        List<string> names = [];
        var work = new Work((connection, transaction) => names = Names(connection, transaction));
        writer.Enqueue(work);
        await work.Done;
        return names;
    }

    private sealed class Work(Action<SqliteConnection, SqliteTransaction> action) : ISqliteWork
    {
        private readonly TaskCompletionSource<string> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Work(Action<Action<string>> action)
            : this((connection, transaction) => action(sql =>
            {
                using var command = connection.CreateCommand();
                command.Transaction = transaction;
#pragma warning disable CA2100 // The statements are the test's own.
                command.CommandText = sql;
#pragma warning restore CA2100
                command.ExecuteNonQuery();
            }))
        {
        }

        public Task<string> Done => done.Task.WithinLimitAsync("the end of a work");

        public string? Fate { get; private set; }

        public SqliteTransaction? Transaction { get; private set; }

        public void Execute(SqliteConnection connection, SqliteTransaction transaction)
        {
            Transaction = transaction;
            action(connection, transaction);
        }

        public void Committed() => End("committed");

        public void Failed(Exception fault) => End(fault.GetType().Name);

        private void End(string fate)
        {
            Assert.Null(Fate);
            Fate = fate;
            done.SetResult(fate);
        }
    }
}
