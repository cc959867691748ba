using FastChat.Server.Chats;
using FastChat.Server.Storage.Archive;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.ContractTests.Archive;

/// <summary>What replacing a database's content does with a source that is incomplete or ends early.</summary>
public sealed class ReplacementTests : VerbTest
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task What_is_given_up_before_the_commit_leaves_the_old_content(string kind)
    {
        var old = await Site.FilledAsync(kind, messages: 2);
        var before = await OperatorSite.DumpAsync(old);
        await using (var source = await OperatorSite.Administration(await Site.FilledAsync("sqlite")).ReadAsync(alone: false, default))
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
        Assert.DoesNotContain(Directory.GetFiles(Site.Folder), file => file.Contains("restor", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_column_that_the_source_does_not_have_takes_its_default_and_one_that_must_be_there_is_refused(string kind)
    {
        var url = await Site.FilledAsync(kind, messages: 2);
        var before = await OperatorSite.DumpAsync(url);
        await using (var whole = await OperatorSite.Administration(await Site.FilledAsync("sqlite")).ReadAsync(alone: false, default))
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
        var url = await Site.FilledAsync(kind, messages: 2);
        var before = await OperatorSite.DumpAsync(url);
        await using (var whole = await OperatorSite.Administration(await Site.FilledAsync("sqlite")).ReadAsync(alone: false, default))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => ReplaceAsync(url, new Without(whole, tables: missing.Split(','))));
        }

        Assert.Equal(before, await OperatorSite.DumpAsync(url));
    }

    private static async Task ReplaceAsync(string url, ITableSource source)
    {
        await using var target = await OperatorSite.Administration(url).ReplaceAsync(source.Info, onlyIfEmpty: false, default);
        await DatabaseCopy.RunAsync(source, target, (_, _, rows) => rows, default);
        await target.CommitAsync(null, default);
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
