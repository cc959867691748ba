using FastChat.Protocol;
using FastChat.Server.Chats;
using Xunit;

namespace FastChat.ContractTests;

/// <summary><see cref="IMessageLog"/>: a message id is unique per sender for ever.</summary>
public abstract class MessageIdContract : DatabaseContract
{
    private static readonly Guid Id = Guid.CreateVersion7();

    [Fact]
    public async Task CH2_a_repeat_stores_nothing_and_is_answered_with_the_first_one_s_place()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "before")).Message.ChatId;
        var first = (await Log.AppendAsync(Ann, chat, null, "x", Id)).Stored!;
        await Log.AppendAsync(Bob, chat, null, "between");
        var again = (await Log.AppendAsync(Ann, chat, null, "x", Id)).Stored!;
        Assert.Equal((false, true), (first.Duplicate, again.Duplicate));
        Assert.Equal((2, 2, first.Message.SentAt), (again.Message.Seq, again.Message.Rev, again.Message.SentAt));
        Assert.Null(again.Before);
        Assert.Equal(["before", "x", "between"], (await Database.MessagesAsync(chat, Bob)).Select(message => message.Content));
        Assert.Equal(3, (await Database.Chats.FindAsync(chat, Ann, default)).Value.Rev);
    }

    [Fact]
    public async Task CH2_a_repeat_may_name_the_user_where_the_first_named_the_chat()
    {
        var chat = (await Log.AppendAsync(Ann, null, Bob, "x", Id)).Stored!.Message.ChatId;
        var again = (await Log.AppendAsync(Ann, chat, null, "x", Id)).Stored!;
        var andAgain = (await Log.AppendAsync(Ann, null, Bob, "x", Id)).Stored!;
        Assert.Equal([(chat, 1L, true), (chat, 1L, true)], new[] { again, andAgain }.Select(stored => (stored.Message.ChatId, stored.Message.Seq, stored.Duplicate)));
    }

    [Fact]
    public async Task CH2_the_same_id_for_another_chat_or_content_is_a_CONFLICT_and_leaves_nothing()
    {
        var chat = (await Log.AppendAsync(Ann, null, Bob, "x", Id)).Stored!.Message.ChatId;
        var other = (await Log.SendAsync(Ann, Eve, "hello")).Message.ChatId;
        Assert.Equal(ErrorCode.Conflict, (await Log.AppendAsync(Ann, chat, null, "y", Id)).Code);
        Assert.Equal(ErrorCode.Conflict, (await Log.AppendAsync(Ann, chat, null, "x ", Id)).Code);
        Assert.Equal(ErrorCode.Conflict, (await Log.AppendAsync(Ann, other, null, "x", Id)).Code);
        Assert.Equal(ErrorCode.Conflict, (await Log.AppendAsync(Ann, null, Eve, "x", Id)).Code);
        Assert.Single(await Database.MessagesAsync(chat, Ann));
        Assert.Single(await Database.MessagesAsync(other, Ann));
        Assert.Equal(2, (await Log.AppendAsync(Ann, chat, null, "next")).Stored!.Message.Seq);
    }

    [Fact]
    public async Task CH2_a_CONFLICT_makes_no_chat()
    {
        await Log.AppendAsync(Ann, null, Bob, "x", Id);
        Assert.Equal(ErrorCode.Conflict, (await Log.AppendAsync(Ann, null, Eve, "x", Id)).Code);
        Assert.Single((await Database.Chats.ListAsync(Ann, 10, null, default)).Chats);
    }

    [Fact]
    public async Task CH2_other_senders_may_use_the_same_id()
    {
        var chat = (await Log.AppendAsync(Ann, null, Bob, "x", Id)).Stored!.Message.ChatId;
        var other = (await Log.AppendAsync(Bob, chat, null, "x", Id)).Stored!;
        Assert.Equal((2, false), (other.Message.Seq, other.Duplicate));
    }

    [Fact]
    public async Task CH2_of_twenty_at_once_one_is_stored_and_nineteen_are_told_so()
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Log.AppendAsync(Ann, null, Bob, "x", Id))));
        Assert.All(sent, append => Assert.Null(append.Code));
        Assert.Single(sent, append => !append.Stored!.Duplicate);
        Assert.Single(sent.Select(append => (append.Stored!.Message.ChatId, append.Stored.Message.Seq, append.Stored.Message.SentAt)).Distinct());
        Assert.Single(await Database.MessagesAsync(sent[0].Stored!.Message.ChatId, Bob));
    }

    [Fact]
    public async Task CH2_of_twenty_contents_at_once_under_one_id_one_is_stored_and_nineteen_are_a_CONFLICT()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "before")).Message.ChatId;
        var sent = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => Log.AppendAsync(Ann, chat, null, $"{i}", Id))));
        var stored = Assert.Single(sent, append => append.Code is null);
        Assert.Equal(19, sent.Count(append => append.Code == ErrorCode.Conflict));
        Assert.Equal(["before", stored.Draft.Content], (await Database.MessagesAsync(chat, Bob)).Select(message => message.Content));
    }

    [Theory]
    [InlineData("  leading and trailing \r\n\t")]
    [InlineData("e\u0301 is not \u00E9")]
    [InlineData("👨‍👩‍👧 \u202Eright to left\uFEFF")]
    [InlineData("'; DROP TABLE chats; --")]
    public async Task CH7_content_is_stored_and_returned_exactly_as_sent(string content)
    {
        var stored = await Log.SendAsync(Ann, Bob, content);
        Assert.Equal(content, stored.Message.Content);
        Assert.Equal(content, (await Database.MessagesAsync(stored.Message.ChatId, Bob)).Single().Content);
    }
}
