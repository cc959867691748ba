using FastChat.Protocol;
using FastChat.Server.Blocks;
using FastChat.Server.Chats;
using Xunit;

namespace FastChat.ContractTests;

/// <summary>What every database keeps of blocks, and of what is hidden and held because of them. Bob blocks Ann.</summary>
public abstract class BlockContract : DatabaseContract
{
    [Fact]
    public async Task BL1_a_block_is_made_once_known_afterwards_and_ended_once()
    {
        var made = await Log.BlockAsync(Bob, Ann);
        var known = await Log.BlockAsync(Bob, Ann);
        Assert.Equal((true, "Ann"), (made.Changed, made.Stored?.DisplayName));
        Assert.Equal((false, made.Stored), (known.Changed, known.Stored));

        var ended = await Log.BlockAsync(Bob, Ann, isBlocked: false);
        Assert.Equal((true, null, null), (ended.Changed, ended.Stored, ended.Refusal));
        Assert.Equal(ErrorCode.NotFound, (await Log.BlockAsync(Bob, Ann, isBlocked: false)).Refusal?.Code);
        Assert.Equal(ErrorCode.NotFound, (await Log.BlockAsync(Ann, Bob, isBlocked: false)).Refusal?.Code);
        Assert.True((await Log.BlockAsync(Bob, Ann)).Changed);
    }

    [Fact]
    public async Task BL1_who_does_not_exist_can_t_be_blocked_and_nobody_blocks_more_than_a_thousand()
    {
        Assert.Equal(ErrorCode.UserNotFound, (await Log.BlockAsync(Bob, Guid.CreateVersion7())).Refusal?.Code);
        Assert.Equal(ErrorCode.UserNotFound, (await Log.BlockAsync(Guid.CreateVersion7(), Bob)).Refusal?.Code);

        await Database.Database.WriteAsync(
            async (db, ct) =>
            {
                var users = Enumerable.Range(0, UserBlock.Most - 1).Select(number => TestDatabase.NewUser($"{number}")).ToList();
                db.AddRange(users);
                await db.SaveChangesAsync(ct);
                db.AddRange(users.Select(user => new UserBlock { BlockerId = Bob, BlockedId = user.UserId, BlockedAt = TestDatabase.Start, LastSeen = TestDatabase.Start }));
                return await db.SaveChangesAsync(ct);
            },
            default);
        Assert.True((await Log.BlockAsync(Bob, Ann)).Changed);
        Assert.Equal(ErrorCode.Forbidden, (await Log.BlockAsync(Bob, Eve)).Refusal?.Code);
        Assert.Null((await Log.BlockAsync(Bob, Ann)).Refusal);
        await Log.BlockAsync(Bob, Ann, isBlocked: false);
        Assert.True((await Log.BlockAsync(Bob, Eve)).Changed);
    }

    [Fact]
    public async Task BL2_what_is_sent_while_the_sender_is_blocked_is_hidden_for_ever_and_nothing_else_is()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.BlockAsync(Bob, Ann);
        var hidden = await Log.AppendAsync(Ann, chat, null, "2");
        Assert.Equal((2L, 2L, false), (hidden.Stored!.Message.Seq, hidden.Stored.Message.Rev, hidden.Stored.Duplicate));
        Assert.Equal([Ann], hidden.Stored.Members);
        Assert.Equal([Bob], hidden.Stored.HiddenFrom);
        await Log.SendAsync(Ann, Bob, "3");
        var own = await Log.AppendAsync(Bob, chat, null, "4");
        Assert.Equal((2, 0), (own.Stored!.Members.Count, own.Stored.HiddenFrom.Count));
        await Log.SendAsync(Ann, Bob, "5");
        await Log.BlockAsync(Bob, Ann, isBlocked: false);
        Assert.Empty((await Log.SendAsync(Ann, Bob, "6")).HiddenFrom);

        Assert.Equal(["1", null, null, "4", null, "6"], await ContentsAsync(chat, Bob));
        Assert.Equal(["1", "2", "3", "4", "5", "6"], await ContentsAsync(chat, Ann));
        var changes = (await Database.Chats.ChangesAsync(chat, Bob, 1, 3, default)).Value;
        Assert.Equal([null, null, "4"], changes.Messages.Select(message => message.Content));
        Assert.Equal((4L, true), (changes.Rev, changes.More));
        var page = (await Database.Chats.HistoryAsync(chat, Bob, 4, 2, default)).Value.Messages;
        Assert.All(page, message => Assert.Equal((true, null, Ann), (message.Hidden, message.Content, message.SenderId)));
        Assert.Equal([2L, 3], page.Select(message => message.Seq));
    }

    [Fact]
    public async Task BL2_the_last_message_is_hidden_too_and_a_repeat_is_a_repeat()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.BlockAsync(Bob, Ann);
        var id = Guid.CreateVersion7();
        await Log.AppendAsync(Ann, chat, null, "2", id);
        Assert.True((await Log.AppendAsync(Ann, chat, null, "2", id)).Stored!.Duplicate);
        Assert.Equal(ErrorCode.Conflict, (await Log.AppendAsync(Ann, chat, null, "other", id)).Code);
        var last = (await ChatAsync(chat, Bob)).LastMessage!;
        Assert.Equal((id, 2L, true, null), (last.MessageId, last.Seq, last.Hidden, last.Content));
        Assert.Equal(("2", null), ((await ChatAsync(chat, Ann)).LastMessage?.Content, (await ChatAsync(chat, Ann)).LastMessage?.Hidden));
    }

    [Fact]
    public async Task BL2_a_block_and_messages_that_are_asked_for_at_once_take_effect_in_the_order_of_their_answers()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "0")).Message.ChatId;
        var asked = Enumerable.Range(1, 60).Select(i => (Task)(i % 10 == 0 ? Log.BlockAsync(Bob, Ann, i % 20 != 0) : Log.AppendAsync(Ann, chat, null, $"{i}")));
        await Task.WhenAll(asked.ToList());

        var isBlocked = false;
        var expected = new List<string?> { "0" };
        foreach (var request in Log.Completed.Skip(1))
        {
            isBlocked = request is BlockRequest { Changed: true } block ? block.IsBlocked : isBlocked;
            if (request is AppendRequest append)
            {
                expected.Add(isBlocked ? null : append.Draft.Content);
            }
        }

        Assert.Equal(expected, await ContentsAsync(chat, Bob));
        Assert.Contains(null, expected);
    }

    [Fact]
    public async Task BL3_hidden_messages_are_not_unread_wherever_they_stand()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        Assert.Equal(1, (await ChatAsync(chat, Bob)).Unread);
        foreach (var content in new[] { "2", "3" })
        {
            await Log.BlockAsync(Bob, Ann);
            await Log.SendAsync(Ann, Bob, content);
            await Log.SendAsync(Ann, Bob, content);
            Assert.NotEqual(0, (await ChatAsync(chat, Bob)).Unread);
            await Log.BlockAsync(Bob, Ann, isBlocked: false);
            await Log.SendAsync(Ann, Bob, "shown");
        }

        Assert.Equal((7L, 3L), ((await ChatAsync(chat, Bob)).LastSeq, (await ChatAsync(chat, Bob)).Unread));
        await Log.AdvanceAsync(Bob, chat, isRead: true, 4);
        Assert.Equal(1, (await ChatAsync(chat, Bob)).Unread);
        Assert.Equal([(chat, 1L)], (await Database.Chats.ListAsync(Bob, 10, null, default)).Chats.Select(listed => (listed.ChatId, listed.Unread)));
        await Log.AdvanceAsync(Bob, chat, isRead: true, 7);
        Assert.Equal(0, (await ChatAsync(chat, Bob)).Unread);
    }

    [Fact]
    public async Task BL3_a_position_never_comes_to_rest_on_a_hidden_message()
    {
        // 1 shown, 2 and 3 hidden, 4 shown, 5 hidden, 6 shown, 7 and 8 hidden.
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        foreach (var hidden in new[] { 2, 1, 2 })
        {
            await Log.BlockAsync(Bob, Ann);
            for (var i = 0; i < hidden; i++)
            {
                await Log.SendAsync(Ann, Bob, "hidden");
            }

            await Log.BlockAsync(Bob, Ann, isBlocked: false);
            if ((await ChatAsync(chat, Ann)).LastSeq < 8)
            {
                await Log.SendAsync(Ann, Bob, "shown");
            }
        }

        Assert.Equal([1L, 4, 6], (await Database.MessagesAsync(chat, Bob)).Where(message => message.Hidden is null).Select(message => message.Seq).Take(3));
        Assert.Equal(1, (await Log.AdvanceAsync(Bob, chat, isRead: false, 3)).Moved?.Seq);
        Assert.Equal(1, (await Log.AdvanceAsync(Bob, chat, isRead: true, 2)).Moved?.Seq);
        Assert.Null((await Log.AdvanceAsync(Bob, chat, isRead: true, 3)).Moved);
        Assert.Equal(4, (await Log.AdvanceAsync(Bob, chat, isRead: true, 5)).Moved?.Seq);
        Assert.Equal(6, (await Log.AdvanceAsync(Bob, chat, isRead: true, 7)).Moved?.Seq);
        Assert.Null((await Log.AdvanceAsync(Bob, chat, isRead: true, 1_000)).Moved);
        Assert.Equal((6L, 6L), await PositionAsync(chat, Bob, Ann));
        await Log.SendAsync(Ann, Bob, "shown");
        Assert.Equal(9, (await Log.AdvanceAsync(Bob, chat, isRead: true, 9)).Moved?.Seq);
    }

    [Fact]
    public async Task BL4_where_the_blocker_stands_is_held_for_the_blocked_alone_while_the_block_lasts()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.SendAsync(Ann, Bob, "2");
        await Log.SendAsync(Ann, Bob, "3");
        await Log.AdvanceAsync(Bob, chat, isRead: false, 2);
        await Log.AdvanceAsync(Bob, chat, isRead: true, 1);
        await Log.BlockAsync(Bob, Ann);

        var moved = await Log.AdvanceAsync(Bob, chat, isRead: true, 3);
        Assert.Equal(3, moved.Moved?.Seq);
        Assert.Equal([Bob], moved.Moved!.Members);
        Assert.Equal((2L, 1L), await PositionAsync(chat, Bob, seenBy: Ann));
        Assert.Equal((3L, 3L), await PositionAsync(chat, Bob, seenBy: Bob));
        Assert.Equal((2L, 1L), Position((await Database.Chats.ListAsync(Ann, 10, null, default)).Chats.Single(), Bob));
        Assert.Equal((3L, 3L), await PositionAsync(chat, Ann, seenBy: Bob));

        await Log.SendAsync(Ann, Bob, "4");
        await Log.SendAsync(Bob, Ann, "5");
        await Log.SendAsync(Ann, Bob, "6");
        Assert.Equal((5L, 5L), await PositionAsync(chat, Bob, seenBy: Ann));

        await Log.BlockAsync(Bob, Ann, isBlocked: false);
        await Log.SendAsync(Ann, Bob, "7");
        Assert.Equal((5L, 5L), await PositionAsync(chat, Bob, seenBy: Ann));
        var after = await Log.AdvanceAsync(Bob, chat, isRead: true, 7);
        Assert.Equal(new HashSet<Guid> { Ann, Bob }, after.Moved!.Members.ToHashSet());
        Assert.Equal((7L, 7L), await PositionAsync(chat, Bob, seenBy: Ann));
    }

    [Fact]
    public async Task BL4_a_chat_that_begins_under_a_block_shows_the_blocker_nowhere_until_they_write()
    {
        await Log.BlockAsync(Bob, Ann);
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.AdvanceAsync(Bob, chat, isRead: true, 1);
        Assert.Equal((0L, 0L), await PositionAsync(chat, Bob, seenBy: Ann));
        await Log.SendAsync(Bob, Ann, "2");
        Assert.Equal((2L, 2L), await PositionAsync(chat, Bob, seenBy: Ann));
    }

    [Fact]
    public async Task BL5_a_chat_with_nothing_but_hidden_messages_is_listed_only_once_it_was_opened()
    {
        await Log.BlockAsync(Bob, Ann);
        var first = await Log.SendAsync(Ann, Bob, "1");
        var chat = first.Message.ChatId;
        Assert.Equal([Ann], first.NewTo);
        Assert.Empty(first.HiddenFrom);
        Assert.NotNull(first.Before);
        var second = await Log.SendAsync(Ann, Bob, "2");
        Assert.Equal((null, 0, 0), (second.Before, second.NewTo.Count, second.HiddenFrom.Count));
        Assert.Empty((await Database.Chats.ListAsync(Bob, 10, null, default)).Chats);
        Assert.Single((await Database.Chats.ListAsync(Ann, 10, null, default)).Chats);

        Assert.Equal((chat, false), ((await Log.OpenAsync(Bob, Ann)).ChatId, Log.Completed.OfType<OpenRequest>().Last().Created));
        Assert.Equal([0L], (await Database.Chats.ListAsync(Bob, 10, null, default)).Chats.Select(listed => listed.Unread));
        Assert.Equal([Bob], (await Log.SendAsync(Ann, Bob, "3")).HiddenFrom);
        await Log.BlockAsync(Bob, Ann, isBlocked: false);
        Assert.Null((await Log.SendAsync(Ann, Bob, "4")).Before);
    }

    [Fact]
    public async Task BL5_the_first_message_that_is_not_hidden_brings_the_chat_as_it_was_before_its_first()
    {
        await Log.BlockAsync(Bob, Ann);
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await Log.SendAsync(Ann, Bob, "2");
        await Log.BlockAsync(Bob, Ann, isBlocked: false);

        var shown = (await Log.AppendAsync(Ann, chat, null, "3")).Stored!;
        Assert.Equal([Bob], shown.NewTo);
        Assert.Equal((chat, 0L, 0L, null), (shown.Before!.ChatId, shown.Before.LastSeq, shown.Before.Rev, shown.Before.LastMessage));
        Assert.Equal(new HashSet<MemberBody> { new(Ann, "Ann", 0, 0), new(Bob, "Bob", 0, 0) }, shown.Before.Members.ToHashSet());
        Assert.Equal(1, (await Database.Chats.ListAsync(Bob, 10, null, default)).Chats.Single().Unread);
        Assert.Null((await Log.AppendAsync(Ann, chat, null, "4")).Stored!.Before);
    }

    [Fact]
    public async Task BL5_the_blocker_s_own_message_brings_the_chat_too()
    {
        await Log.BlockAsync(Bob, Ann);
        await Log.SendAsync(Ann, Bob, "1");
        Assert.Equal([Bob], (await Log.SendAsync(Bob, Ann, "2")).NewTo);
        Assert.Single((await Database.Chats.ListAsync(Bob, 10, null, default)).Chats);
    }

    [Fact]
    public async Task Two_who_block_each_other_see_nothing_of_each_other_and_a_third_everything()
    {
        await Log.BlockAsync(Bob, Ann);
        await Log.BlockAsync(Ann, Bob);
        var chat = (await Log.SendAsync(Ann, Bob, "from Ann")).Message.ChatId;
        await Log.SendAsync(Bob, Ann, "from Bob");
        Assert.Equal(["from Ann", null], await ContentsAsync(chat, Ann));
        Assert.Equal([null, "from Bob"], await ContentsAsync(chat, Bob));
        var withEve = (await Log.SendAsync(Ann, Eve, "hello")).Message.ChatId;
        Assert.Equal(["hello"], await ContentsAsync(withEve, Eve));
    }

    private async Task<List<string?>> ContentsAsync(Guid chat, Guid member) =>
        [.. (await Database.MessagesAsync(chat, member)).Select(message => message.Content)];

    private async Task<ChatBody> ChatAsync(Guid chat, Guid member) => (await Database.Chats.FindAsync(chat, member, default)).Value;

    private async Task<(long Delivered, long Read)> PositionAsync(Guid chat, Guid user, Guid seenBy) => Position(await ChatAsync(chat, seenBy), user);

    private static (long Delivered, long Read) Position(ChatBody chat, Guid user)
    {
        var member = chat.Members.Single(candidate => candidate.UserId == user);
        return (member.DeliveredSeq, member.ReadSeq);
    }
}
