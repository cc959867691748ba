namespace FastChat.EndToEndTests.Chats;

/// <summary>Whom a chat, and a message, is opened and addressed to.</summary>
public sealed class AddressTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task CH6_to_someone_who_is_no_member_a_chat_does_not_exist()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var eve = await Guest.CreateAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "between us");
        await using var watching = await bob.ConnectAsync();
        await using var socket = await eve.ConnectAsync();

        foreach (var path in new[] { "", "/messages", "/changes?after=0" })
        {
            var real = (await eve.Api.GetAsync($"/api/chats/{chat}{path}")).IsProblem(404, "CHAT_NOT_FOUND");
            var made = (await eve.Api.GetAsync($"/api/chats/{Guest.NewId()}{path}")).IsProblem(404, "CHAT_NOT_FOUND");
            foreach (var member in new[] { "title", "detail", "type", "code", "status" })
            {
                Assert.Equal(made.Json[member]?.ToJsonString(), real.Json[member]?.ToJsonString());
            }
        }

        (await eve.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = Guest.NewId(), content = "hi" })).IsProblem(404, "CHAT_NOT_FOUND");
        foreach (var id in new[] { chat, Guest.NewId() })
        {
            await socket.RefusedAsync(new { type = "MSG", chat_id = id, message_id = Guest.NewId(), content = "hi" }, "CHAT_NOT_FOUND");
            await socket.RefusedAsync(new { type = "READ", chat_id = id, seq = 1 }, "CHAT_NOT_FOUND");
            await socket.RefusedAsync(new { type = "DELIVERED", chat_id = id, seq = 1 }, "CHAT_NOT_FOUND");
            await socket.RefusedAsync(new { type = "TYPING", chat_id = id, is_typing = true }, "CHAT_NOT_FOUND");
        }

        await watching.AssertQuietAsync();
        Assert.Equal((0, 0), Shapes.Positions(await ada.ChatAsync(chat), bob.Id));
        Assert.Single(await ada.HistoryAsync(chat));
        Assert.Empty((await eve.Api.GetAsync("/api/chats")).Is(200).Json.Children("chats"));
    }

    [Fact]
    public async Task CH9_nothing_a_user_does_changes_what_anothers_next_message_is_addressed_to()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var eve = await Guest.CreateAsync(Server);
        await using var mine = await ada.ConnectAsync();
        await using var bobs = await bob.ConnectAsync();
        await using var eves = await eve.ConnectAsync();
        var chat = (await mine.AskAsync(new { type = "OPEN_CHAT", user_id = bob.Id }, "CHAT_OPENED")).Child("chat").Text("chat_id");

        await eves.AskAsync(new { type = "MSG", to = ada.Id, message_id = Guest.NewId(), content = "look at me" }, "MSG_ACK");
        await eves.ExpectAsync("CHAT_OPENED");
        await eves.AskAsync(new { type = "OPEN_CHAT", user_id = bob.Id }, "CHAT_OPENED");
        await mine.ExpectAsync("MSG");
        var ack = await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "for Bob" }, "MSG_ACK");
        var toUser = await mine.AskAsync(new { type = "MSG", to = bob.Id, message_id = Guest.NewId(), content = "for Bob too" }, "MSG_ACK");

        Assert.Equal((chat, chat), (ack.Text("chat_id"), toUser.Text("chat_id")));
        Assert.Equal("for Bob", (await bobs.ExpectAsync("MSG")).Text("content"));
        Assert.Equal("for Bob too", (await bobs.ExpectAsync("MSG")).Text("content"));
        await eves.AssertQuietAsync();
    }

    [Fact]
    public async Task CH10_a_message_to_an_offline_user_waits()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var mine = await ada.ConnectAsync();

        var ack = await mine.AskAsync(new { type = "MSG", to = bob.Id, message_id = Guest.NewId(), content = "for later" }, "MSG_ACK");
        await using var theirs = await bob.ConnectAsync();
        var waiting = Assert.Single((await bob.Api.PostAsync("/api/sync", new { })).Is(200).Json.Children("chats"));

        Assert.Equal(ack.Text("chat_id"), waiting.Child("chat").Text("chat_id"));
        Assert.Equal(1, waiting.Child("chat").Number("unread"));
        Assert.Equal("for later", Assert.Single(waiting.Children("messages")).Text("content"));
    }

    [Fact]
    public async Task CH11_a_chat_with_oneself_is_VALIDATION()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await ada.ConnectAsync();

        (await ada.Api.PostAsync("/api/chats", new { user_id = ada.Id })).IsProblem(400, "VALIDATION");
        await socket.RefusedAsync(new { type = "OPEN_CHAT", user_id = ada.Id }, "VALIDATION");
        await socket.RefusedAsync(new { type = "MSG", to = ada.Id, message_id = Guest.NewId(), content = "me" }, "VALIDATION");
        Assert.Empty((await ada.Api.GetAsync("/api/chats")).Is(200).Json.Children("chats"));
    }

    [Fact]
    public async Task CH12_a_chat_without_messages_is_listed_only_for_those_who_opened_it()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var theirs = await bob.ConnectAsync();

        var chat = await ada.OpenChatAsync(bob);

        Assert.Equal((1, 0), (await ListedAsync(ada), await ListedAsync(bob)));
        await theirs.AssertQuietAsync();
        await ada.PostMessageAsync(chat, "hello");
        Assert.Equal((1, 1), (await ListedAsync(ada), await ListedAsync(bob)));
    }

    [Fact]
    public async Task CH12_an_empty_chat_is_listed_for_both_when_both_opened_it()
    {
        var (ada, bob) = await Guest.PairAsync(Server);

        await ada.OpenChatAsync(bob);
        await bob.OpenChatAsync(ada);

        Assert.Equal((1, 1), (await ListedAsync(ada), await ListedAsync(bob)));
    }

    private static async Task<int> ListedAsync(Guest guest)
    {
        var listed = (await guest.Api.GetAsync("/api/chats")).Is(200).Json.Children("chats").Length;
        var synced = (await guest.Api.PostAsync("/api/sync", new { })).Is(200).Json.Children("chats").Length;
        Assert.Equal(listed, synced);
        return listed;
    }
}
