using FastChat.Protocol;
using FastChat.Server.Chats;
using Xunit;

namespace FastChat.Server.Tests.Chats;

public sealed class ChatQueriesTests : IAsyncLifetime
{
    private readonly ChatFixture chats = new();
    private Guid ann;
    private Guid bob;
    private Guid eve;

    public async ValueTask InitializeAsync() =>
        (ann, bob, eve) = (await chats.UserAsync("Ann"), await chats.UserAsync("Bob"), await chats.UserAsync("Eve"));

    public ValueTask DisposeAsync() => chats.DisposeAsync();

    [Fact]
    public async Task CH6_to_a_stranger_a_chat_is_the_same_as_one_that_is_not_there()
    {
        var chat = (await chats.SeedChatAsync(ann, bob, messages: 3)).ChatId;
        foreach (var id in new[] { chat, Guid.NewGuid(), Guid.Empty })
        {
            Assert.Equal(ChatQueries.NotFound, (await chats.Queries.FindAsync(id, eve, default)).Refusal);
            Assert.Equal(ChatQueries.NotFound, (await chats.Queries.HistoryAsync(id, eve, null, 10, default)).Refusal);
            Assert.Equal(ChatQueries.NotFound, (await chats.Queries.ChangesAsync(id, eve, 0, 10, default)).Refusal);
        }

        Assert.Empty((await chats.Queries.ListAsync(eve, 10, null, default)).Chats);
    }

    [Fact]
    public async Task A_chat_is_shown_as_its_member_sees_it()
    {
        var seeded = await chats.SeedChatAsync(ann, bob, messages: 3);
        var chat = (await chats.Queries.FindAsync(seeded.ChatId, bob, default)).Value;
        Assert.Equal((seeded.ChatId, "direct", 3, 3, 3, seeded.UpdatedAt), (chat.ChatId, chat.Kind, chat.LastSeq, chat.Rev, chat.Unread, chat.UpdatedAt));
        Assert.Equal((3, "message 3", ann), (chat.LastMessage!.Seq, chat.LastMessage.Content, chat.LastMessage.SenderId));
        Assert.Equal(
            new HashSet<MemberBody> { new(ann, "Ann", 0, 0), new(bob, "Bob", 0, 0) }, chat.Members.ToHashSet());
    }

    [Fact]
    public async Task History_comes_in_pages_back_from_the_end_each_ascending()
    {
        var chat = (await chats.SeedChatAsync(ann, bob, messages: 5)).ChatId;
        await AssertHistoryAsync(null, 2, [4, 5], more: true);
        await AssertHistoryAsync(4, 2, [2, 3], more: true);
        await AssertHistoryAsync(2, 2, [1], more: false);
        await AssertHistoryAsync(3, 2, [1, 2], more: false);
        await AssertHistoryAsync(1, 2, [], more: false);
        await AssertHistoryAsync(long.MaxValue, 5, [1, 2, 3, 4, 5], more: false);

        async Task AssertHistoryAsync(long? before, int limit, long[] seqs, bool more)
        {
            var page = (await chats.Queries.HistoryAsync(chat, bob, before, limit, default)).Value;
            Assert.Equal(seqs, page.Messages.Select(message => message.Seq));
            Assert.Equal(more, page.More);
        }
    }

    [Fact]
    public async Task Changes_come_by_rev_and_tell_up_to_which_rev_they_are_whole()
    {
        // Message 1 was edited last: its rev is above those of its successors.
        var chat = (await chats.SeedChatAsync(ann, bob, messages: 4, rev: seq => seq == 1 ? 5 : seq)).ChatId;
        await AssertChangesAsync(0, 10, [2, 3, 4, 5], rev: 5, more: false);
        await AssertChangesAsync(1, 2, [2, 3], rev: 3, more: true);
        await AssertChangesAsync(3, 2, [4, 5], rev: 5, more: false);
        await AssertChangesAsync(5, 2, [], rev: 5, more: false);
        await AssertChangesAsync(99, 2, [], rev: 5, more: false);

        async Task AssertChangesAsync(long after, int limit, long[] revs, long rev, bool more)
        {
            var changes = (await chats.Queries.ChangesAsync(chat, bob, after, limit, default)).Value;
            Assert.Equal(revs, changes.Messages.Select(message => message.Rev));
            Assert.Equal((rev, more), (changes.Rev, changes.More));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Chats_come_last_change_first_in_pages_that_neither_repeat_nor_skip_even_at_the_same_time(int limit)
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var seeded = new List<Chat>();
        for (var i = 0; i < 7; i++)
        {
            seeded.Add(await chats.SeedChatAsync(ann, i % 2 == 0 ? bob : eve, messages: 1, at: at.AddSeconds(i / 3)));
        }

        var listed = new List<Guid>();
        ChatCursor? after = null;
        do
        {
            (var page, after) = await chats.Queries.ListAsync(ann, limit, after, default);
            Assert.InRange(page.Count, 1, limit);
            listed.AddRange(page.ConvertAll(chat => chat.ChatId));
        }
        while (after is not null);

        Assert.Equal(
            seeded.OrderByDescending(chat => chat.UpdatedAt).ThenByDescending(chat => chat.ChatId.ToString(), StringComparer.Ordinal).Select(chat => chat.ChatId),
            listed);
    }

    [Fact]
    public async Task Acquaintances_are_those_who_share_a_chat()
    {
        await chats.SeedChatAsync(ann, bob, messages: 1);
        await chats.SeedChatAsync(ann, bob, messages: 0);
        var members = new ChatMembers(chats.Database);
        Assert.Equal([bob], await members.AcquaintancesAsync(ann, default));
        Assert.Empty(await members.AcquaintancesAsync(eve, default));
    }

    [Fact]
    public async Task CH6_a_chat_that_was_asked_for_before_it_came_to_be_is_known_when_it_is_there()
    {
        var members = new ChatMembers(chats.Database);
        Assert.Equal(ErrorCode.ChatNotFound, (await members.OfAsync(Guid.NewGuid(), ann, default)).Refusal?.Code);
        var chat = (await chats.SeedChatAsync(ann, bob, messages: 0)).ChatId;
        Assert.Equal(new HashSet<Guid> { ann, bob }, (await members.OfAsync(chat, ann, default)).Value.ToHashSet());
        Assert.Equal(ErrorCode.ChatNotFound, (await members.OfAsync(chat, eve, default)).Refusal?.Code);
    }
}
