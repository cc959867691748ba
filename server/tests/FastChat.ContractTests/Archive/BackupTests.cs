using FastChat.Server.Chats;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.ContractTests.Archive;

/// <summary><c>backup</c> and <c>restore</c>.</summary>
public sealed class BackupTests : VerbTest
{
    [Theory]
    [InlineData("sqlite", "sqlite")]
    [InlineData("sqlite", "postgresql")]
    [InlineData("postgresql", "sqlite")]
    [InlineData("postgresql", "pgbouncer")]
    [InlineData("pgbouncer", "postgresql")]
    public async Task A_backup_restored_has_every_row_under_a_new_epoch(string from, string to)
    {
        var source = await Site.FilledAsync(from);
        var target = await Site.FilledAsync(to, messages: 3);
        await DoneAsync(source, "backup", BackupFile);
        await DoneAsync(target, "restore", BackupFile);
        var epoch = await OperatorSite.EpochAsync(source);
        var restored = await OperatorSite.EpochAsync(target);
        Assert.NotEqual(epoch, restored);
        Assert.Contains(restored, Site.Said.ToString(), StringComparison.Ordinal);
        Assert.Equal(await OperatorSite.DumpAsync(source), Replace(await OperatorSite.DumpAsync(target), restored, epoch));
        await AssertReadAlikeAsync(source, target);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_restore_makes_a_database_that_is_not_there(string kind)
    {
        var source = await Site.FilledAsync("sqlite");
        await DoneAsync(source, "backup", BackupFile);
        var target = await Site.FreshAsync(kind);
        await DoneAsync(target, "restore", BackupFile);
        Assert.Equal((await OperatorSite.DumpAsync(source)).Skip(1), (await OperatorSite.DumpAsync(target)).Skip(1));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_damaged_backup_is_refused_and_the_old_content_stays(string kind)
    {
        var url = await Site.FilledAsync(kind);
        await DoneAsync(url, "backup", BackupFile);
        var before = await OperatorSite.DumpAsync(url);
        var files = Directory.GetFileSystemEntries(Site.Folder).Order(StringComparer.Ordinal);
        var bytes = await File.ReadAllBytesAsync(BackupFile);
        await File.WriteAllBytesAsync(BackupFile, bytes[..(bytes.Length / 2)]);
        await RefusedAsync("is damaged", url, "restore", BackupFile);
        bytes.AsSpan(bytes.Length / 2, 64).Reverse();
        await File.WriteAllBytesAsync(BackupFile, bytes);
        await RefusedAsync("is damaged", url, "restore", BackupFile);
        await RefusedAsync("there is no such file", url, "restore", BackupFile + "x");
        Assert.Equal(before, await OperatorSite.DumpAsync(url));
        Assert.Equal(files, Directory.GetFileSystemEntries(Site.Folder).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_backup_has_the_moment_at_which_it_began(string kind)
    {
        var url = await Site.FilledAsync(kind, messages: 3);
        var before = await OperatorSite.DumpAsync(url);
        var opened = OperatorSite.Open(url);
        using var closing = (IDisposable)opened;
        await using var source = await OperatorSite.Administration(url).ReadAsync(alone: false, default);
        await opened.WriteAsync((db, ct) => db.Set<ChatMessage>().ExecuteDeleteAsync(ct), default);
        var table = source.Tables.Single(counted => counted.Table.Name == "chat_messages").Table;
        var messages = await source.ReadAsync(table, default).CountAsync();
        Assert.Equal((before.Count(line => line.StartsWith("chat_messages ", StringComparison.Ordinal)), 12), (messages, messages));
    }

    private static List<string> Replace(List<string> lines, string old, string with) => lines.ConvertAll(line => line.Replace(old, with, StringComparison.Ordinal));
}
