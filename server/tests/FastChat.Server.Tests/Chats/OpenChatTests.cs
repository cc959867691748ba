using System.Text;
using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using Xunit;

namespace FastChat.Server.Tests.Chats;

public sealed class OpenChatTests : IAsyncLifetime
{
    private readonly ChatFixture chats = new();
    private Guid ann;
    private Guid bob;

    public async ValueTask InitializeAsync() => (ann, bob) = (await chats.UserAsync("Ann"), await chats.UserAsync("Bob"));

    public ValueTask DisposeAsync() => chats.DisposeAsync();

    [Fact]
    public async Task CH11_a_chat_with_oneself_is_refused()
    {
        var refusal = (await chats.OpenChat.OpenAsync(ann, ann, null, default)).Refusal;
        Assert.Equal((ErrorCode.Validation, "user_id"), (refusal?.Code, refusal?.Member));
    }

    [Fact]
    public async Task Opening_makes_the_chat_once_and_tells_the_opener_s_other_connections()
    {
        var connection = Guid.NewGuid();
        var first = (await chats.OpenChat.OpenAsync(ann, bob, connection, default)).Value;
        var again = (await chats.OpenChat.OpenAsync(ann, bob, null, default)).Value;
        var other = (await chats.OpenChat.OpenAsync(bob, ann, null, default)).Value;
        Assert.Equal([true, false, false], new[] { first.Created, again.Created, other.Created });
        Assert.Equal([first.Chat.ChatId, first.Chat.ChatId], new[] { again.Chat.ChatId, other.Chat.ChatId });
        Assert.Equal((0, 0, 0, null, "direct"), (first.Chat.LastSeq, first.Chat.Rev, first.Chat.Unread, first.Chat.LastMessage, first.Chat.Kind));
        Assert.Equal(["Ann", "Bob"], first.Chat.Members.Select(member => member.DisplayName).Order(StringComparer.Ordinal));

        var told = chats.Hints.Cast<ChatOpenedHint>().Select(hint => hint.Frame).ToList();
        Assert.Equal([ann, ann, bob], told.Select(hint => Assert.Single(hint.UserIds)));
        Assert.Equal([connection, null, null], told.Select(hint => hint.ExceptConnection));
        Assert.Equal(Encoding.UTF8.GetString(FrameWriter.Encode(new ChatOpenedFrame(first.Chat, null)).Span), Encoding.UTF8.GetString(told[0].Frame.Span));
    }

    [Fact]
    public async Task CH12_an_empty_chat_is_listed_and_synced_only_for_who_opened_it()
    {
        var chat = (await chats.OpenChat.OpenAsync(ann, bob, null, default)).Value.Chat.ChatId;
        Assert.Equal([chat], await ListedAsync(ann));
        Assert.Empty(await ListedAsync(bob));
        Assert.Empty((await chats.SyncAsync(bob, new Dictionary<Guid, long> { [chat] = 0 })).Removed);

        // Known by its id it can be looked at, as it is Bob's too.
        Assert.Equal(chat, (await chats.Queries.FindAsync(chat, bob, default)).Value.ChatId);
        await chats.OpenChat.OpenAsync(bob, ann, null, default);
        Assert.Equal([chat], await ListedAsync(bob));
    }

    [Fact]
    public async Task An_unknown_user_can_not_be_opened_and_nothing_is_told()
    {
        Assert.Equal(ErrorCode.UserNotFound, (await chats.OpenChat.OpenAsync(ann, Guid.NewGuid(), null, default)).Refusal?.Code);
        Assert.Equal(ErrorCode.UserNotFound, (await chats.OpenChat.OpenAsync(ann, Guid.Empty, null, default)).Refusal?.Code);
        Assert.Empty(chats.Hints);
        Assert.Empty(await ListedAsync(ann));
    }

    [Fact]
    public async Task A_full_log_is_UNAVAILABLE()
    {
        var openChat = new OpenChat(new FakeMessageLog { IsFull = true }, chats.Queries, chats.Backplane, TimeProvider.System);
        Assert.Equal(ErrorCode.Unavailable, (await openChat.OpenAsync(ann, bob, null, default)).Refusal?.Code);
    }

    private async Task<List<Guid>> ListedAsync(Guid user)
    {
        var listed = (await chats.Queries.ListAsync(user, 100, null, default)).Chats.ConvertAll(chat => chat.ChatId);
        Assert.Equal(listed, (await chats.SyncAsync(user)).Chats.Select(chat => chat.Chat.ChatId));
        return listed;
    }
}
