using FastChat.Server.Chats;
using FastChat.Server.Storage.Archive;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.ContractTests.Archive;

/// <summary><see cref="IDatabaseAdministration"/> and the verbs, on every kind of database and between them.</summary>
public abstract class VerbTest : IAsyncLifetime
{
    private protected OperatorSite Site { get; } = new();

    private protected string BackupFile => Path.Combine(Site.Folder, "chat.backup");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>As the server reads them, so that it is not only our own reading that is compared with itself.</summary>
    private protected static async Task AssertReadAlikeAsync(string url, string other)
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

    private protected async Task DoneAsync(string url, params string[] args)
    {
        var exit = await Site.RunAsync(url, args);
        Assert.True(exit == 0, $"{string.Join(' ', args)} ended with {exit}: {Site.Said}");
    }

    private protected async Task RefusedAsync(string sentence, string url, params string[] args)
    {
        Assert.Equal((args[0], 1), (args[0], await Site.RunAsync(url, args)));
        Assert.Contains(sentence, Site.Said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Site.Said.ToString(), StringComparison.Ordinal);
    }
}
