using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Harness;

/// <summary>The objects of the contract, member by member.</summary>
public static class Shapes
{
    public static void AssertChat(JsonObject chat)
    {
        chat.AssertMembers("chat_id", "kind", "members", "last_seq", "rev", "last_message", "unread", "updated_at");
        Json.AssertIsId(chat.Text("chat_id"));
        chat.Time("updated_at");
        Assert.Equal(2, chat.Children("members").Length);
        foreach (var member in chat.Children("members"))
        {
            member.AssertMembers("user_id", "display_name", "delivered_seq", "read_seq");
            Assert.InRange(member.Number("read_seq"), 0, member.Number("delivered_seq"));
            Assert.InRange(member.Number("delivered_seq"), 0, chat.Number("last_seq"));
        }

        if (chat["last_message"] is JsonObject last)
        {
            AssertMessage(last);
        }
    }

    public static void AssertMessage(JsonObject message)
    {
        message.AssertMembers("chat_id", "message_id", "seq", "rev", "sender_id", "content", "sent_at", "edited_at?", "deleted_at?");
        message.Time("sent_at");
    }

    /// <summary>How far a member has got a chat delivered and read.</summary>
    public static (long Delivered, long Read) Positions(JsonObject chat, string user)
    {
        var member = chat.Children("members").Single(one => one.Text("user_id") == user);
        return (member.Number("delivered_seq"), member.Number("read_seq"));
    }

    /// <summary>Sends messages as fast as one connection takes them; their contents are "message 1", "message 2" …</summary>
    public static async Task FillAsync(Guest sender, string chat, int count, Func<int, string>? content = null)
    {
        await using var socket = await sender.ConnectAsync();
        for (var number = 1; number <= count; number++)
        {
            await socket.SendAsync(new
            {
                type = "MSG",
                chat_id = chat,
                message_id = Guest.NewId(),
                content = content?.Invoke(number) ?? $"message {number}",
            });
        }

        await socket.UntilAsync(all => all.Count(item => item.Frame.Text("type") == "MSG_ACK") == count, $"{count} acks", Patience.Start);
    }
}
