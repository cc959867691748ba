using FastChat.Server.Cluster;
using FastChat.Server.Storage.Postgres;
using FastChat.Server.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.ContractTests.Archive;

/// <summary>The verbs beside servers that run, databases that are not theirs and files that are there already.</summary>
public sealed partial class VerbTests
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task Only_a_backup_runs_beside_a_server(string kind)
    {
        var url = await site.FilledAsync(kind, messages: 3);
        var opened = OperatorSite.Open(url);
        using (var closing = (IDisposable)opened)
        {
            INodeStore nodes = opened is SqliteDatabase sqlite ? new SqliteNodeStore(sqlite, TimeProvider.System) : new PostgresNodeStore((PostgresDatabase)opened);
            var node = Guid.NewGuid();
            await nodes.JoinAsync(node, default);
            await DoneAsync(url, "backup", File);
            await RefusedAsync("in use by", url, "restore", File);
            await RefusedAsync("in use by", url, "move", "--to", await site.FreshAsync("sqlite"));
            await nodes.LeaveAsync(node, default);
        }

        await DoneAsync(url, "restore", File);
    }

    [Fact]
    public async Task A_node_that_renews_itself_is_alive_however_late_and_one_that_was_declared_dead_is_not()
    {
        var url = await site.FilledAsync("postgresql", messages: 3);
        await DoneAsync(url, "backup", File);
        var opened = (PostgresDatabase)OperatorSite.Open(url);
        using var closing = (IDisposable)opened;
        var nodes = new PostgresNodeStore(opened);
        var node = Guid.NewGuid();
        await nodes.JoinAsync(node, default);
        using var alive = new CancellationTokenSource();
        var renewing = RenewAsync();
        await RefusedAsync("in use by a FastChat server", url, "restore", File);
        await alive.CancelAsync();
        await renewing;
        await SqlAsync("UPDATE nodes SET renewed_at = clock_timestamp()");
        await RefusedAsync("in use by a FastChat server", url, "restore", File);
        await SqlAsync("UPDATE nodes SET died_at = clock_timestamp()");
        await DoneAsync(url, "restore", File);

        // As one does that counts its time an hour behind.
        async Task RenewAsync()
        {
            await SqlAsync("UPDATE nodes SET renewed_at = renewed_at - interval '1 hour'");
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            while (!alive.IsCancellationRequested && await timer.WaitForNextTickAsync())
            {
                await SqlAsync("UPDATE nodes SET renewed_at = renewed_at + interval '1 second'");
            }
        }

        Task<int> SqlAsync(string statement) => opened.WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync(statement, ct), default);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_database_that_is_newer_or_not_ours_or_empty_is_refused(string kind)
    {
        var fresh = await site.FreshAsync(kind);
        await RefusedAsync(kind == "sqlite" ? "There is no database at" : "is empty", fresh, "backup", File);
        Assert.False(System.IO.File.Exists(File));
        var url = await site.FilledAsync(kind, messages: 1);
        await DoneAsync(url, "backup", File);
        await OperatorSite.ChangeAsync(url, (db, ct) => db.Database.ExecuteSqlRawAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('9999_Future', '99.0')""", ct));
        foreach (var verb in new string[][] { ["backup", File + "2"], ["migrate"], ["move", "--to", fresh] })
        {
            await RefusedAsync("is newer than this program: it has the schema 9999_Future", url, verb);
        }
    }

    [Fact]
    public async Task What_somebody_wrote_into_SQLite_by_hand_does_not_stop_a_backup_or_its_restore()
    {
        var url = await site.FilledAsync("sqlite", messages: 3);
        await OperatorSite.ChangeAsync(url, (db, ct) => db.Database.ExecuteSqlRawAsync(
            "UPDATE chat_messages SET sent_at = 9223372036854775807, message_id = x'0102', content = CAST(x'ff41' AS TEXT), rev = 'x' WHERE seq = 1 AND chat_id = (SELECT min(chat_id) FROM chats)", ct));
        await DoneAsync(url, "backup", File);
        foreach (var kind in new[] { "sqlite", "postgresql" })
        {
            var target = await site.FreshAsync(kind);
            await DoneAsync(target, "restore", File);
            Assert.Equal((await OperatorSite.DumpAsync(url)).Skip(1), (await OperatorSite.DumpAsync(target)).Skip(1));
        }
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_by_force_and_nobody_else_may_read_it()
    {
        var url = await site.FilledAsync("sqlite", messages: 1);
        await System.IO.File.WriteAllTextAsync(File, "mine");
        await System.IO.File.WriteAllTextAsync(File + ".partial", "left by a backup that was killed");
        await RefusedAsync("is there already", url, "backup", File);
        Assert.Equal("mine", await System.IO.File.ReadAllTextAsync(File));
        await DoneAsync(url, "backup", "--force", File);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }

        Assert.False(System.IO.File.Exists(File + ".partial"));
        await RefusedAsync("is a folder", url, "backup", site.Folder);
    }
}
