using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Tests;
using Xunit;

namespace FastChat.ContractTests;

/// <summary><see cref="IMessageLog"/>: places without holes, in one order.</summary>
public abstract class MessageOrderContract : DatabaseContract
{
    [Fact]
    public async Task CH1_what_is_completed_can_be_read()
    {
        var stored = await Log.SendAsync(Ann, Bob, "x");
        var message = (await Database.MessagesAsync(stored.Message.ChatId, Bob)).Single();
        Assert.Equal(
            (stored.Message.MessageId, 1, 1, Ann, "x", stored.Message.SentAt),
            (message.MessageId, message.Seq, message.Rev, message.SenderId, message.Content, message.SentAt));
    }

    [Fact]
    public async Task CH3_concurrent_senders_with_refusals_in_between_leave_no_hole()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "first")).Message.ChatId;
        var used = Guid.CreateVersion7();
        await Log.AppendAsync(Ann, chat, null, "used", used);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            var from = sender % 2 == 0 ? Ann : Bob;
            for (var i = 0; i < 25; i++)
            {
                await Task.WhenAll(
                    Log.AppendAsync(from, chat, null, $"{sender} {i}"),
                    Log.AppendAsync(Eve, chat, null, "not a member"),
                    Log.AppendAsync(Ann, chat, null, "another content", used),
                    Log.AppendAsync(from, null, Guid.NewGuid(), "to nobody"));
            }
        })));
        var messages = await Database.MessagesAsync(chat, Bob);
        Assert.Equal(Enumerable.Range(1, 202).Select(place => ((long)place, (long)place)), messages.Select(message => (message.Seq, message.Rev)));
        var body = (await Database.Chats.FindAsync(chat, Ann, default)).Value;
        Assert.Equal((202, 202, 202), (body.LastSeq, body.Rev, body.LastMessage!.Seq));
        Assert.Equal(
            new HashSet<ErrorCode> { ErrorCode.ChatNotFound, ErrorCode.UserNotFound, ErrorCode.Conflict },
            Log.Completed.Select(request => request.Refusal?.Code).OfType<ErrorCode>().ToHashSet());
    }

    [Fact]
    public async Task CH3_requests_of_a_chat_are_completed_in_the_order_of_rev()
    {
        var chats = new[] { (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId, (await Log.SendAsync(Ann, Eve, "1")).Message.ChatId };
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(() => Log.AppendAsync(Ann, chats[i % 2], null, $"{i}"))));
        foreach (var chat in chats)
        {
            var revs = Log.Completed.OfType<AppendRequest>().Where(request => request.Stored!.Message.ChatId == chat).Select(request => request.Stored!.Message.Rev);
            Assert.Equal(Enumerable.Range(1, 201).Select(rev => (long)rev), revs);
        }
    }

    [Fact]
    public async Task CH4_pipelined_messages_get_ascending_places_and_answers_in_the_order_of_sending()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "0")).Message.ChatId;
        var sent = await Task.WhenAll(Enumerable.Range(1, 300).Select(i => Log.AppendAsync(Ann, i % 3 == 0 ? null : chat, i % 3 == 0 ? Bob : null, $"{i}")));
        Assert.Equal(Enumerable.Range(2, 300).Select(seq => (long)seq), sent.Select(append => append.Stored!.Message.Seq));
        Assert.Equal(sent, Log.Completed.Skip(1));
    }

    [Fact]
    public async Task CH5_who_has_seen_a_rev_never_later_finds_a_new_change_below_it()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "0")).Message.ChatId;
        var sending = Task.WhenAll(Enumerable.Range(1, 300).Select(i => Task.Run(() => Log.AppendAsync(i % 2 == 0 ? Ann : Bob, chat, null, $"{i}"))));
        var seen = new List<long>();
        var rev = 0L;
        while (rev < 301)
        {
            var isAllSent = sending.IsCompleted;
            var changes = (await Database.Chats.ChangesAsync(chat, Bob, rev, 50, default)).Value;
            Assert.True(changes.Messages.Count > 0 || !isAllSent || changes.Rev == 301);
            seen.AddRange(changes.Messages.Select(message => message.Rev));
            rev = changes.Rev;
        }

        await sending.WithinLimitAsync();
        Assert.Equal(Enumerable.Range(1, 301).Select(n => (long)n), seen);
    }
}
