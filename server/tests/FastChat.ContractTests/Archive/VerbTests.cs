using FastChat.Server.Chats;
using FastChat.Server.Storage.Archive;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.ContractTests.Archive;

/// <summary><see cref="IDatabaseAdministration"/> and the verbs, on every kind of database and between them.</summary>
public sealed partial class VerbTests : IAsyncLifetime
{
    private readonly OperatorSite site = new();

    private string File => Path.Combine(site.Folder, "chat.backup");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => site.DisposeAsync();

    [Theory]
    [InlineData("sqlite", "sqlite")]
    [InlineData("sqlite", "postgresql")]
    [InlineData("postgresql", "sqlite")]
    [InlineData("postgresql", "pgbouncer")]
    [InlineData("pgbouncer", "postgresql")]
    public async Task A_backup_restored_has_every_row_under_a_new_epoch(string from, string to)
    {
        var source = await site.FilledAsync(from);
        var target = await site.FilledAsync(to, messages: 3);
        await DoneAsync(source, "backup", File);
        await DoneAsync(target, "restore", File);
        var epoch = await OperatorSite.EpochAsync(source);
        var restored = await OperatorSite.EpochAsync(target);
        Assert.NotEqual(epoch, restored);
        Assert.Contains(restored, site.Said.ToString(), StringComparison.Ordinal);
        Assert.Equal(await OperatorSite.DumpAsync(source), Replace(await OperatorSite.DumpAsync(target), restored, epoch));
        await AssertReadAlikeAsync(source, target);
    }

    [Theory]
    [InlineData("sqlite", "postgresql")]
    [InlineData("sqlite", "pgbouncer")]
    [InlineData("sqlite", "sqlite")]
    [InlineData("postgresql", "sqlite")]
    public async Task A_move_keeps_every_row_and_the_epoch_and_leaves_the_source_as_it_is(string from, string to)
    {
        var source = await site.FilledAsync(from);
        var target = await site.FreshAsync(to);
        var before = await OperatorSite.DumpAsync(source);
        await DoneAsync(source, "move", "--to", target);
        Assert.Equal(before, await OperatorSite.DumpAsync(target));
        Assert.Equal(before, await OperatorSite.DumpAsync(source));
        Assert.DoesNotContain("p@ss", site.Said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("p%40ss", site.Said.ToString(), StringComparison.Ordinal);
        Assert.Contains($"DATABASE_URL={target.Replace($":{Uri.EscapeDataString("p@ss/w?rd")}@", "@", StringComparison.Ordinal)}", site.Said.ToString(), StringComparison.Ordinal);
        await AssertReadAlikeAsync(source, target);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_move_takes_a_database_that_a_server_has_only_started_on_and_none_that_is_not_empty(string kind)
    {
        var source = await site.FilledAsync("sqlite");
        var target = await site.FreshAsync(kind);
        await DoneAsync(target, "migrate");
        await DoneAsync(source, "move", "--to", target);
        var before = await OperatorSite.DumpAsync(target);
        var other = await site.FilledAsync("sqlite", messages: 1);
        await RefusedAsync("is not empty: it has users, chats or messages", other, "move", "--to", target);
        await RefusedAsync(string.Empty, source, "move", "--to", source);
        Assert.Equal(before, await OperatorSite.DumpAsync(target));
        Assert.Equal(before, await OperatorSite.DumpAsync(source));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_restore_makes_a_database_that_is_not_there(string kind)
    {
        var source = await site.FilledAsync("sqlite");
        await DoneAsync(source, "backup", File);
        var target = await site.FreshAsync(kind);
        await DoneAsync(target, "restore", File);
        Assert.Equal((await OperatorSite.DumpAsync(source)).Skip(1), (await OperatorSite.DumpAsync(target)).Skip(1));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_damaged_backup_is_refused_and_the_old_content_stays(string kind)
    {
        var url = await site.FilledAsync(kind);
        await DoneAsync(url, "backup", File);
        var before = await OperatorSite.DumpAsync(url);
        var files = Directory.GetFileSystemEntries(site.Folder);
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        await System.IO.File.WriteAllBytesAsync(File, bytes[..(bytes.Length / 2)]);
        await RefusedAsync("is damaged", url, "restore", File);
        bytes.AsSpan(bytes.Length / 2, 64).Reverse();
        await System.IO.File.WriteAllBytesAsync(File, bytes);
        await RefusedAsync("is damaged", url, "restore", File);
        await RefusedAsync("there is no such file", url, "restore", File + "x");
        Assert.Equal(before, await OperatorSite.DumpAsync(url));
        Assert.Equal(files, Directory.GetFileSystemEntries(site.Folder));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task What_is_given_up_before_the_commit_leaves_the_old_content(string kind)
    {
        var old = await site.FilledAsync(kind, messages: 2);
        var before = await OperatorSite.DumpAsync(old);
        await using (var source = await OperatorSite.Administration(await site.FilledAsync("sqlite")).ReadAsync(alone: false, default))
        {
            using var interrupted = new CancellationTokenSource();
            await using var target = await OperatorSite.Administration(old).ReplaceAsync(source.Info, onlyIfEmpty: false, default);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DatabaseCopy.RunAsync(source, target, Watch, interrupted.Token));

            async IAsyncEnumerable<object?[]> Watch(bool isCheck, CountedTable table, IAsyncEnumerable<object?[]> rows)
            {
                await foreach (var row in rows)
                {
                    if (table.Table.Name == "chat_messages")
                    {
                        await interrupted.CancelAsync();
                        interrupted.Token.ThrowIfCancellationRequested();
                    }

                    yield return row;
                }
            }
        }

        Assert.Equal(before, await OperatorSite.DumpAsync(old));
        Assert.DoesNotContain(Directory.GetFiles(site.Folder), file => file.Contains("restor", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_column_that_the_source_does_not_have_takes_its_default_and_one_that_must_be_there_is_refused(string kind)
    {
        var url = await site.FilledAsync(kind, messages: 2);
        var before = await OperatorSite.DumpAsync(url);
        await using (var whole = await OperatorSite.Administration(await site.FilledAsync("sqlite")).ReadAsync(alone: false, default))
        {
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => ReplaceAsync(url, new Without(whole, "content")));
            Assert.Equal(before, await OperatorSite.DumpAsync(url));
            await ReplaceAsync(url, new Without(whole, "edited_at"));
        }

        var opened = OperatorSite.Open(url);
        using var closing = (IDisposable)opened;
        var messages = await opened.ReadAsync((db, ct) => db.Set<ChatMessage>().ToListAsync(ct), default);
        Assert.Equal((1200, 0, 240), (messages.Count, messages.Count(message => message.EditedAt is not null), messages.Count(message => message.DeletedAt is not null)));
    }

    [Theory]
    [InlineData("sqlite", "users")]
    [InlineData("sqlite", "chat_members,chats")]
    [InlineData("postgresql", "users")]
    [InlineData("postgresql", "chat_members,chats")]
    public async Task Rows_that_refer_to_rows_that_are_not_there_are_refused(string kind, string missing)
    {
        var url = await site.FilledAsync(kind, messages: 2);
        var before = await OperatorSite.DumpAsync(url);
        await using (var whole = await OperatorSite.Administration(await site.FilledAsync("sqlite")).ReadAsync(alone: false, default))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => ReplaceAsync(url, new Without(whole, tables: missing.Split(','))));
        }

        Assert.Equal(before, await OperatorSite.DumpAsync(url));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_backup_has_the_moment_at_which_it_began(string kind)
    {
        var url = await site.FilledAsync(kind, messages: 3);
        var before = await OperatorSite.DumpAsync(url);
        var opened = OperatorSite.Open(url);
        using var closing = (IDisposable)opened;
        await using var source = await OperatorSite.Administration(url).ReadAsync(alone: false, default);
        await opened.WriteAsync((db, ct) => db.Set<ChatMessage>().ExecuteDeleteAsync(ct), default);
        var table = source.Tables.Single(counted => counted.Table.Name == "chat_messages").Table;
        var messages = await source.ReadAsync(table, default).CountAsync();
        Assert.Equal((before.Count(line => line.StartsWith("chat_messages ", StringComparison.Ordinal)), 12), (messages, messages));
    }

    private static async Task ReplaceAsync(string url, ITableSource source)
    {
        await using var target = await OperatorSite.Administration(url).ReplaceAsync(source.Info, onlyIfEmpty: false, default);
        await DatabaseCopy.RunAsync(source, target, (_, _, rows) => rows, default);
        await target.CommitAsync(null, default);
    }

    private static List<string> Replace(List<string> lines, string old, string with) => lines.ConvertAll(line => line.Replace(old, with, StringComparison.Ordinal));

    /// <summary>As the server reads them, so that it is not only our own reading that is compared with itself.</summary>
    private static async Task AssertReadAlikeAsync(string url, string other)
    {
        var (one, two) = (await ReadAsync(url), await ReadAsync(other));
        Assert.Equal(1200, one.Count);
        Assert.Equal(one, two);

        static async Task<List<string>> ReadAsync(string url)
        {
            var opened = OperatorSite.Open(url);
            using var closing = (IDisposable)opened;
            var messages = await opened.ReadAsync((db, ct) => db.Set<ChatMessage>().OrderBy(message => message.ChatId).ThenBy(message => message.Seq).ToListAsync(ct), default);
            return messages.ConvertAll(m =>
                $"{m.ChatId} {m.Seq} {m.MessageId} {m.Rev} {m.SenderId} {Convert.ToHexString(m.ContentHash)} {m.SentAt:O} {m.EditedAt:O} {m.DeletedAt:O} {m.Content}");
        }
    }

    private async Task DoneAsync(string url, params string[] args)
    {
        var exit = await site.RunAsync(url, args);
        Assert.True(exit == 0, $"{string.Join(' ', args)} ended with {exit}: {site.Said}");
    }

    private async Task RefusedAsync(string sentence, string url, params string[] args)
    {
        Assert.Equal((args[0], 1), (args[0], await site.RunAsync(url, args)));
        Assert.Contains(sentence, site.Said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", site.Said.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What an older program, or a damaged one, would have written: without a column of the messages, or without some tables' rows.</summary>
    private sealed class Without(ITableSource whole, string? column = null, params string[] tables) : ITableSource
    {
        public SourceInfo Info => whole.Info;

        public IReadOnlyList<CountedTable> Tables => [.. whole.Tables.Select(all => new CountedTable(Cut(all.Table), all.Rows))];

        public IAsyncEnumerable<object?[]> ReadAsync(KeptTable kept, CancellationToken cancellationToken) =>
            tables.Contains(kept.Name, StringComparer.Ordinal) ? AsyncEnumerable.Empty<object?[]>() : whole.ReadAsync(kept with { Key = whole.Tables.Single(all => all.Table.Name == kept.Name).Table.Key }, cancellationToken);

        public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private KeptTable Cut(KeptTable all) => all.Name == "chat_messages" ? all with { Columns = [.. all.Columns.Where(kept => kept.Name != column)] } : all;
    }
}
