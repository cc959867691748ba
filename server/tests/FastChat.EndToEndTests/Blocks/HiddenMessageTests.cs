using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Blocks;

/// <summary>Bob blocks Ada, who writes on.</summary>
public sealed class HiddenMessageTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task BL2_to_the_blocker_a_message_comes_without_its_content_wherever_it_comes()
    {
        var (ada, bob, chat) = await TalkingAsync();
        await using var hers = await ada.ConnectAsync();
        await using var tab = await bob.ConnectAsync();
        await using var phone = await (await bob.OnAnotherDeviceAsync()).ConnectAsync();
        await BlockAsync(bob, ada);
        await tab.ExpectAsync("BLOCKS");
        await phone.ExpectAsync("BLOCKS");

        var id = Guest.NewId();
        var ack = await hers.AskAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "secret" }, "MSG_ACK");
        ack.AssertMembers("type", "chat_id", "message_id", "seq", "rev", "sent_at", "duplicate");
        Assert.Equal((3, 3, false), (ack.Number("seq"), ack.Number("rev"), ack.Flag("duplicate")));
        foreach (var socket in new[] { tab, phone })
        {
            var frame = await socket.ExpectAsync("MSG");
            frame.AssertMembers("type", "chat_id", "message_id", "seq", "rev", "sender_id", "sent_at", "hidden");
            Assert.Equal((id, 3, ada.Id, ack.Text("sent_at")), (frame.Text("message_id"), frame.Number("seq"), frame.Text("sender_id"), frame.Text("sent_at")));
        }

        await ada.PostMessageAsync(chat, "secret");
        await AssertNothingToldAsync(bob, chat, "secret", [3, 4]);
        Assert.Equal(["one", "two", "secret", "secret"], (await ada.HistoryAsync(chat)).Select(message => message.Text("content")));
    }

    [Fact]
    public async Task BL2_what_was_hidden_stays_hidden_after_the_block_and_a_restart_and_what_comes_after_is_shown()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "one");
        await BlockAsync(bob, ada);
        await ada.PostMessageAsync(chat, "two");
        await server.KillAsync();
        await server.StartAgainAsync();
        await ada.PostMessageAsync(chat, "three");
        (await bob.Api.DeleteAsync($"/api/blocks/{ada.Id}")).Is(204);
        await using var his = await bob.ConnectAsync();
        await ada.PostMessageAsync(chat, "four");
        Assert.Equal("four", (await his.ExpectAsync("MSG")).Text("content"));
        Assert.Equal(["one", null, null, "four"], Contents(await bob.HistoryAsync(chat)));
        Assert.Equal(2, (await bob.ChatAsync(chat)).Number("unread"));
    }

    [Fact]
    public async Task BL3_and_BL4_the_blocked_one_hears_nothing_of_what_the_blocker_reads_and_sees_them_where_they_stood()
    {
        var (ada, bob, chat) = await TalkingAsync();
        await using var hers = await ada.ConnectAsync();
        await using var his = await bob.ConnectAsync();
        await his.SendAsync(new { type = "READ", chat_id = chat, seq = 1 });
        await hers.ExpectAsync("READ");
        await BlockAsync(bob, ada);
        await ada.PostMessageAsync(chat, "three");
        await his.ExpectAsync("MSG");

        await his.SendAsync(new { type = "DELIVERED", chat_id = chat, seq = 3 });
        await his.SendAsync(new { type = "READ", chat_id = chat, seq = 3 });
        await Eventually.HoldsAsync(async () => Shapes.Positions(await bob.ChatAsync(chat), bob.Id) == (2, 2), "what is shown to him is read");
        Assert.Equal(0, (await bob.ChatAsync(chat)).Number("unread"));
        Assert.Equal((1, 1), Shapes.Positions(await ada.ChatAsync(chat), bob.Id));
        Assert.Equal((1, 1), Shapes.Positions((await SyncAsync(ada)).Child("chat"), bob.Id));
        Assert.Equal((1, 1), Shapes.Positions((await hers.AskAsync(new { type = "OPEN_CHAT", user_id = bob.Id }, "CHAT_OPENED")).Child("chat"), bob.Id));
        Assert.DoesNotContain(await hers.FenceAsync(), frame => frame.Text("type") is "READ" or "DELIVERED");

        // His own message says that he has read; the next after the block is read as ever.
        await bob.PostMessageAsync(chat, "four");
        Assert.Equal("four", (await hers.ExpectAsync("MSG", frame => frame.Text("sender_id") == bob.Id)).Text("content"));
        Assert.Equal((4, 4), Shapes.Positions(await ada.ChatAsync(chat), bob.Id));
        (await bob.Api.DeleteAsync($"/api/blocks/{ada.Id}")).Is(204);
        await ada.PostMessageAsync(chat, "five");
        await his.SendAsync(new { type = "READ", chat_id = chat, seq = 5 });
        Assert.Equal(5, (await hers.ExpectAsync("READ")).Number("seq"));
    }

    [Fact]
    public async Task BL5_a_chat_that_the_blocked_one_begins_stays_unknown_to_the_blocker_until_something_in_it_is_shown()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var hers = await ada.ConnectAsync();
        await using var his = await bob.ConnectAsync();
        await BlockAsync(bob, ada);
        await his.ExpectAsync("BLOCKS");

        await hers.SendAsync(new { type = "MSG", to = bob.Id, message_id = Guest.NewId(), content = "secret" });
        var opened = await hers.NextAsync();
        var ack = await hers.NextAsync();
        Assert.Equal(("CHAT_OPENED", "MSG_ACK", 1), (opened.Text("type"), ack.Text("type"), ack.Number("seq")));
        Shapes.AssertChat(opened.Child("chat"));
        var chat = ack.Text("chat_id");
        await his.AssertQuietAsync();
        Assert.Empty((await bob.Api.GetAsync("/api/chats")).Is(200).Json.Children("chats"));
        Assert.Empty((await bob.Api.PostAsync("/api/sync", new { })).Is(200).Json.Children("chats"));

        (await bob.Api.DeleteAsync($"/api/blocks/{ada.Id}")).Is(204);
        await his.ExpectAsync("BLOCKS");
        await ada.PostMessageAsync(chat, "shown");
        var brought = await his.NextAsync();
        Assert.Equal((chat, 0, 0), (brought.Child("chat").Text("chat_id"), brought.Child("chat").Number("last_seq"), brought.Child("chat").Number("rev")));
        Assert.Equal(
            new[] { ada.Name, bob.Name }.Order(StringComparer.Ordinal),
            brought.Child("chat").Children("members").Select(member => member.Text("display_name")).Order(StringComparer.Ordinal));
        Assert.Equal(("shown", 2), await MessageAsync(his));
        Assert.Equal([null, "shown"], Contents(await bob.HistoryAsync(chat)));
    }

    [Fact]
    public async Task BL5_a_chat_that_the_blocker_has_opened_is_there_with_what_is_hidden()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await BlockAsync(bob, ada);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "secret");
        await using var his = await bob.ConnectAsync();
        var opened = (await bob.Api.PostAsync("/api/chats", new { user_id = ada.Id })).Is(200).Json;
        await his.ExpectAsync("CHAT_OPENED");
        Assert.Equal((0, 1, true), (opened.Number("unread"), opened.Number("last_seq"), opened.Child("last_message").Flag("hidden")));
        await ada.PostMessageAsync(chat, "secret");
        Assert.True((await his.ExpectAsync("MSG")).Flag("hidden"));
        await AssertNothingToldAsync(bob, chat, "secret", [1, 2]);
    }

    private static async Task<(string Content, long Seq)> MessageAsync(ChatSocket socket)
    {
        var message = await socket.ExpectAsync("MSG");
        return (message.Text("content"), message.Number("seq"));
    }

    private async Task<(Guest Ada, Guest Bob, string Chat)> TalkingAsync()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "one");
        await ada.PostMessageAsync(chat, "two");
        return (ada, bob, chat);
    }

    private static async Task BlockAsync(Guest blocker, Guest blocked) =>
        (await blocker.Api.PostAsync("/api/blocks", new { user_id = blocked.Id })).Is(201);

    private static async Task<JsonObject> SyncAsync(Guest guest, string? chat = null) =>
        (await guest.Api.PostAsync("/api/sync", new { })).Is(200).Json.Children("chats").First(one => chat is null || one.Child("chat").Text("chat_id") == chat);

    private static async Task AssertNothingToldAsync(Guest bob, string chat, string secret, long[] hidden)
    {
        string[] answers =
        [
            (await bob.Api.GetAsync($"/api/chats/{chat}")).Is(200).Text,
            (await bob.Api.GetAsync("/api/chats")).Is(200).Text,
            (await bob.Api.GetAsync($"/api/chats/{chat}/messages")).Is(200).Text,
            (await bob.Api.GetAsync($"/api/chats/{chat}/changes?after=0")).Is(200).Text,
            (await bob.Api.PostAsync("/api/sync", new { })).Is(200).Text,
        ];
        Assert.All(answers, answer => Assert.DoesNotContain(secret, answer, StringComparison.Ordinal));
        Assert.All(answers, answer => Assert.Contains("\"hidden\":true", answer, StringComparison.Ordinal));
        var messages = (await SyncAsync(bob, chat)).Children("messages");
        Assert.Equal(hidden, messages.Where(message => message.Has("hidden")).Select(message => message.Number("seq")));
        Assert.All(messages.Where(message => message.Has("hidden")), message => message.AssertMembers("chat_id", "message_id", "seq", "rev", "sender_id", "sent_at", "hidden"));
    }

    private static List<string?> Contents(IEnumerable<JsonObject> messages) =>
        [.. messages.Select(message => message.Has("content") ? message.Text("content") : null)];
}
