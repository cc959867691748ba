using FastChat.Server.Cluster;
using FastChat.Server.Storage.Postgres;
using FastChat.Server.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.ContractTests.Archive;

/// <summary>The verbs beside servers that run, databases that are not theirs and files that are there already.</summary>
public sealed class VerbsBesideServersTests : VerbTest
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task Only_a_backup_runs_beside_a_server(string kind)
    {
        var url = await Site.FilledAsync(kind, messages: 3);
        var opened = OperatorSite.Open(url);
        using (var closing = (IDisposable)opened)
        {
            INodeStore nodes = opened is SqliteDatabase sqlite ? new SqliteNodeStore(sqlite, TimeProvider.System) : new PostgresNodeStore((PostgresDatabase)opened);
            var node = Guid.NewGuid();
            await nodes.JoinAsync(node, default);
            if (kind == "postgresql")
            {
                // A node counts as running for 15 s after its last renewal; the verbs may take longer on a busy machine.
                await opened.WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync("UPDATE nodes SET renewed_at = renewed_at + interval '1 hour'", ct), default);
            }

            await DoneAsync(url, "backup", BackupFile);
            await RefusedAsync("in use by", url, "restore", BackupFile);
            await RefusedAsync("in use by", url, "move", "--to", await Site.FreshAsync("sqlite"));
            await nodes.LeaveAsync(node, default);
        }

        await DoneAsync(url, "restore", BackupFile);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_database_that_is_newer_or_not_ours_or_empty_is_refused(string kind)
    {
        var fresh = await Site.FreshAsync(kind);
        await RefusedAsync(kind == "sqlite" ? "There is no database at" : "is empty", fresh, "backup", BackupFile);
        Assert.False(File.Exists(BackupFile));
        var url = await Site.FilledAsync(kind, messages: 1);
        await DoneAsync(url, "backup", BackupFile);
        await OperatorSite.ChangeAsync(url, (db, ct) => db.Database.ExecuteSqlRawAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('9999_Future', '99.0')""", ct));
        foreach (var verb in new string[][] { ["backup", BackupFile + "2"], ["migrate"], ["move", "--to", fresh] })
        {
            await RefusedAsync("is newer than this program: it has the schema 9999_Future", url, verb);
        }
    }

    [Fact]
    public async Task What_somebody_wrote_into_SQLite_by_hand_does_not_stop_a_backup_or_its_restore()
    {
        var url = await Site.FilledAsync("sqlite", messages: 3);
        await OperatorSite.ChangeAsync(url, (db, ct) => db.Database.ExecuteSqlRawAsync(
            "UPDATE chat_messages SET sent_at = 9223372036854775807, message_id = x'0102', content = CAST(x'ff41' AS TEXT), rev = 'x' WHERE seq = 1 AND chat_id = (SELECT min(chat_id) FROM chats)", ct));
        await DoneAsync(url, "backup", BackupFile);
        foreach (var kind in new[] { "sqlite", "postgresql" })
        {
            var target = await Site.FreshAsync(kind);
            await DoneAsync(target, "restore", BackupFile);
            Assert.Equal((await OperatorSite.DumpAsync(url)).Skip(1), (await OperatorSite.DumpAsync(target)).Skip(1));
        }
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_by_force_and_nobody_else_may_read_it()
    {
        var url = await Site.FilledAsync("sqlite", messages: 1);
        await File.WriteAllTextAsync(BackupFile, "mine");
        await File.WriteAllTextAsync(BackupFile + ".partial", "left by a backup that was killed");
        await RefusedAsync("is there already", url, "backup", BackupFile);
        Assert.Equal("mine", await File.ReadAllTextAsync(BackupFile));
        await DoneAsync(url, "backup", "--force", BackupFile);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(BackupFile));
        }

        Assert.False(File.Exists(BackupFile + ".partial"));
        await RefusedAsync("is a folder", url, "backup", Site.Folder);
    }
}
