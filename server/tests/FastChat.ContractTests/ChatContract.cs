using FastChat.Protocol;
using FastChat.Server.Chats;
using Xunit;

namespace FastChat.ContractTests;

/// <summary><see cref="IMessageLog"/>: whose a chat is, how it comes to be, and how far its members have read.</summary>
public abstract class ChatContract : DatabaseContract
{
    [Fact]
    public async Task CH6_to_who_is_no_member_a_chat_is_the_same_as_one_that_is_not_there()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "x")).Message.ChatId;
        foreach (var id in new[] { chat, Guid.NewGuid(), Guid.Empty })
        {
            Assert.Equal(ChatQueries.NotFound, (await Log.AppendAsync(Eve, id, null, "x")).Refusal);
            Assert.Equal(ChatQueries.NotFound, (await Log.AdvanceAsync(Eve, id, isRead: true, 1)).Refusal);
        }

        Assert.Single(await Database.MessagesAsync(chat, Ann));
    }

    [Fact]
    public async Task A_user_who_is_not_there_can_be_neither_written_to_nor_opened()
    {
        Assert.Equal(ErrorCode.UserNotFound, (await Log.AppendAsync(Ann, null, Guid.NewGuid(), "x")).Code);
        Assert.Equal(ErrorCode.UserNotFound, (await Log.AppendAsync(Ann, null, Guid.Empty, "x")).Code);
        Assert.Equal(ErrorCode.UserNotFound, (await Log.OpenAsync(Ann, Guid.NewGuid())).Refusal?.Code);
        Assert.Empty((await Database.Chats.ListAsync(Ann, 10, null, default)).Chats);
    }

    [Fact]
    public async Task CH8_positions_only_move_forward_and_past_the_end_counts_as_the_end()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.AppendAsync(Ann, chat, null, "2");
        await Log.AppendAsync(Ann, chat, null, "3");
        Assert.Equal(2, (await Log.AdvanceAsync(Bob, chat, isRead: true, 2)).Moved?.Seq);
        Assert.Null((await Log.AdvanceAsync(Bob, chat, isRead: true, 1)).Moved);
        Assert.Null((await Log.AdvanceAsync(Bob, chat, isRead: true, 2)).Moved);
        Assert.Null((await Log.AdvanceAsync(Bob, chat, isRead: true, 0)).Moved);
        await AssertPositionsAsync(chat, Bob, delivered: 2, read: 2);
        var moved = (await Log.AdvanceAsync(Bob, chat, isRead: true, long.MaxValue)).Moved;
        Assert.Equal(3, moved?.Seq);
        Assert.Equal(new HashSet<Guid> { Ann, Bob }, moved!.Members.ToHashSet());
        await AssertPositionsAsync(chat, Bob, delivered: 3, read: 3);
        Assert.Equal(3, (await Database.Chats.FindAsync(chat, Ann, default)).Value.Rev);
    }

    [Fact]
    public async Task CH8_reading_also_delivers_and_delivering_does_not_read()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.AppendAsync(Ann, chat, null, "2");
        Assert.Equal(1, (await Log.AdvanceAsync(Bob, chat, isRead: false, 1)).Moved?.Seq);
        await AssertPositionsAsync(chat, Bob, delivered: 1, read: 0);
        await Log.AdvanceAsync(Bob, chat, isRead: true, 2);
        await AssertPositionsAsync(chat, Bob, delivered: 2, read: 2);
        Assert.Null((await Log.AdvanceAsync(Bob, chat, isRead: false, 2)).Moved);
    }

    [Fact]
    public async Task CH8_sending_reads_the_chat_up_to_the_own_message()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.AppendAsync(Ann, chat, null, "2");
        await AssertPositionsAsync(chat, Ann, delivered: 2, read: 2);
        await AssertPositionsAsync(chat, Bob, delivered: 0, read: 0);
        Assert.Equal(2, (await Database.Chats.FindAsync(chat, Bob, default)).Value.Unread);
        await Log.AppendAsync(Bob, chat, null, "3");
        await AssertPositionsAsync(chat, Bob, delivered: 3, read: 3);
        Assert.Equal(0, (await Database.Chats.FindAsync(chat, Bob, default)).Value.Unread);
        Assert.Equal(1, (await Database.Chats.FindAsync(chat, Ann, default)).Value.Unread);
    }

    [Fact]
    public async Task CH8_many_moves_at_once_end_at_the_farthest()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Task.WhenAll(Enumerable.Range(2, 49).Select(i => Log.AppendAsync(Ann, chat, null, $"{i}")));
        var moves = await Task.WhenAll(Enumerable.Range(1, 50).Select(seq => Task.Run(() => Log.AdvanceAsync(Bob, chat, seq % 2 == 0, seq))));
        await AssertPositionsAsync(chat, Bob, delivered: 50, read: 50);
        var read = Log.Completed.OfType<AdvanceRequest>().Where(move => move is { IsRead: true, Moved: not null }).Select(move => move.Moved!.Seq).ToList();
        Assert.Equal(read.Order(), read);
        Assert.Equal(50, read[^1]);
        Assert.All(moves, move => Assert.Null(move.Refusal));
    }

    [Fact]
    public async Task CH9_what_others_open_or_send_never_changes_where_a_message_goes()
    {
        var withBob = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.OpenAsync(Eve, Ann);
        await Log.OpenAsync(Eve, Bob);
        await Log.OpenAsync(Bob, Eve);
        await Log.SendAsync(Eve, Ann, "look here");
        Assert.Equal(withBob, (await Log.SendAsync(Ann, Bob, "2")).Message.ChatId);
        Assert.Equal(withBob, (await Log.SendAsync(Bob, Ann, "3")).Message.ChatId);
        Assert.Equal(withBob, (await Log.OpenAsync(Ann, Bob)).ChatId);
        Assert.Equal(["1", "2", "3"], (await Database.MessagesAsync(withBob, Ann)).Select(message => message.Content));
    }

    [Fact]
    public async Task CH10_a_message_to_somebody_who_is_not_here_is_stored_and_waits()
    {
        var stored = await Log.SendAsync(Ann, Bob, "for later");
        Assert.False(stored.Duplicate);
        var waiting = (await Database.Chats.ListAsync(Bob, 10, null, default)).Chats.Single();
        Assert.Equal(("for later", 1, 1), (waiting.LastMessage?.Content, waiting.Unread, waiting.LastSeq));
    }

    [Fact]
    public async Task CH14_a_chat_s_first_message_carries_the_chat_as_it_was_before_and_the_next_does_not()
    {
        var first = await Log.SendAsync(Ann, Bob, "1");
        var before = first.Before!;
        Assert.Equal((first.Message.ChatId, "direct", 0, 0, 0, null), (before.ChatId, before.Kind, before.LastSeq, before.Rev, before.Unread, before.LastMessage));
        Assert.Equal(
            new HashSet<MemberBody> { new(Ann, "Ann", 0, 0), new(Bob, "Bob", 0, 0) }, before.Members.ToHashSet());
        Assert.Equal(new HashSet<Guid> { Ann, Bob }, first.Members.ToHashSet());
        var second = await Log.SendAsync(Bob, Ann, "2");
        Assert.Null(second.Before);

        var opened = await Log.OpenAsync(Ann, Eve);
        var firstOfOpened = await Log.SendAsync(Ann, Eve, "1");
        Assert.Equal((opened.ChatId, true), (firstOfOpened.Message.ChatId, firstOfOpened.Before is not null));

        var named = await Log.AppendAsync(Bob, (await Log.OpenAsync(Bob, Eve)).ChatId, null, "sent to the chat, not to the user");
        Assert.Equal(["Bob", "Eve"], named.Stored!.Before!.Members.Select(member => member.DisplayName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task CH12_an_empty_chat_is_listed_only_for_those_who_opened_it_and_with_a_message_for_all()
    {
        var chat = (await Log.OpenAsync(Ann, Bob)).ChatId;
        await AssertListedAsync(Ann, chat);
        await AssertListedAsync(Bob);
        await Log.OpenAsync(Ann, Bob);
        await AssertListedAsync(Bob);
        await Log.OpenAsync(Bob, Ann);
        await AssertListedAsync(Bob, chat);

        var withMessage = (await Log.OpenAsync(Eve, Bob)).ChatId;
        await Log.AppendAsync(Eve, withMessage, null, "x");
        await AssertListedAsync(Bob, withMessage, chat);
    }

    [Fact]
    public async Task The_same_two_always_get_the_same_chat_even_if_both_open_it_at_once()
    {
        for (var round = 0; round < 10; round++)
        {
            var (one, other) = (await Database.UserAsync("One"), await Database.UserAsync("Other"));
            var opened = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => i % 2 == 0 ? Log.OpenAsync(one, other) : Log.OpenAsync(other, one))));
            Assert.Single(opened.Select(open => open.ChatId).Distinct());
            Assert.Single(opened, open => open.Created);
        }
    }

    [Fact]
    public async Task The_same_two_get_one_chat_even_if_both_write_their_first_message_at_once()
    {
        for (var round = 0; round < 10; round++)
        {
            var (one, other) = (await Database.UserAsync("One"), await Database.UserAsync("Other"));
            var sent = await Task.WhenAll(Task.Run(() => Log.SendAsync(one, other, "hi")), Task.Run(() => Log.SendAsync(other, one, "hi")));
            Assert.Single(sent.Select(stored => stored.Message.ChatId).Distinct());
            Assert.Single(sent, stored => stored.Before is not null);
            Assert.Single(sent, stored => stored.Before is not null);
            Assert.Equal([1L, 2], sent.Select(stored => stored.Message.Seq).Order());
        }
    }

    private async Task AssertPositionsAsync(Guid chat, Guid user, long delivered, long read)
    {
        var member = (await Database.Chats.FindAsync(chat, user, default)).Value.Members.Single(candidate => candidate.UserId == user);
        Assert.Equal((delivered, read), (member.DeliveredSeq, member.ReadSeq));
    }

    private async Task AssertListedAsync(Guid user, params Guid[] chats) =>
        Assert.Equal(chats.ToHashSet(), (await Database.Chats.ListAsync(user, 10, null, default)).Chats.Select(chat => chat.ChatId).ToHashSet());
}
