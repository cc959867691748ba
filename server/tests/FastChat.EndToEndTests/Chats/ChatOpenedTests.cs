namespace FastChat.EndToEndTests.Chats;

public sealed class ChatOpenedTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task CHAT_OPENED_goes_to_every_connection_of_the_opener_and_to_nobody_else()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var tab = await ada.ConnectAsync();
        await using var other = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        var answer = await tab.AskAsync(new { type = "OPEN_CHAT", user_id = bob.Id, @ref = "open" }, "CHAT_OPENED");
        var echo = await other.ExpectAsync("CHAT_OPENED");
        var again = await tab.AskAsync(new { type = "OPEN_CHAT", user_id = bob.Id }, "CHAT_OPENED");

        answer.AssertMembers("type", "chat", "ref");
        echo.AssertMembers("type", "chat");
        Shapes.AssertChat(answer.Child("chat"));
        Assert.Equal("open", answer.Text("ref"));
        Assert.Equal(answer.Child("chat").ToJsonString(), echo.Child("chat").ToJsonString());
        Assert.Equal(answer.Child("chat").Text("chat_id"), again.Child("chat").Text("chat_id"));
        await theirs.AssertQuietAsync();
    }

    [Fact]
    public async Task CHAT_OPENED_reaches_the_other_side_just_before_the_first_message()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var mine = await ada.ConnectAsync();
        await using var first = await bob.ConnectAsync();
        await using var second = await bob.ConnectAsync();
        var chat = await ada.OpenChatAsync(bob);
        await mine.ExpectAsync("CHAT_OPENED");

        await mine.SendAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "one" });
        await mine.SendAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "two" });

        foreach (var socket in new[] { first, second })
        {
            var opened = await socket.NextAsync();
            Assert.Equal("CHAT_OPENED", opened.Text("type"));
            Shapes.AssertChat(opened.Child("chat"));
            Assert.Equal((chat, 0, 0), (opened.Child("chat").Text("chat_id"), opened.Child("chat").Number("last_seq"), opened.Child("chat").Number("rev")));
            Assert.True(opened.Child("chat").IsNull("last_message"));
            Assert.Equal("one", (await socket.NextAsync()).Text("content"));
            Assert.Equal("two", (await socket.NextAsync()).Text("content"));
            await socket.AssertQuietAsync();
        }
    }

    [Fact]
    public async Task CHAT_OPENED_comes_before_MSG_ACK_where_a_message_to_a_user_makes_the_chat()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var mine = await ada.ConnectAsync();
        await using var tab = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await mine.SendAsync(new { type = "MSG", to = bob.Id, message_id = Guest.NewId(), content = "hello", @ref = "m" });

        var opened = await mine.NextAsync();
        var ack = await mine.NextAsync();
        Assert.Equal(("CHAT_OPENED", "MSG_ACK", "m"), (opened.Text("type"), ack.Text("type"), ack.Text("ref")));
        Assert.Equal(opened.Child("chat").Text("chat_id"), ack.Text("chat_id"));
        foreach (var socket in new[] { tab, theirs })
        {
            Assert.Equal("CHAT_OPENED", (await socket.NextAsync()).Text("type"));
            Assert.Equal("hello", (await socket.NextAsync()).Text("content"));
            await socket.AssertQuietAsync();
        }

        await mine.AssertQuietAsync();
    }

    [Fact]
    public async Task CHAT_OPENED_is_not_sent_again_for_a_chat_that_both_know()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "first");
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await theirs.AskAsync(new { type = "MSG", to = ada.Id, message_id = Guest.NewId(), content = "back" }, "MSG_ACK");

        Assert.Equal("back", (await mine.NextAsync()).Text("content"));
        await mine.AssertQuietAsync();
        await theirs.AssertQuietAsync();
    }

    [Fact]
    public async Task CHAT_OPENED_follows_a_chat_opened_over_REST_too()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        var chat = await ada.OpenChatAsync(bob);

        Assert.Equal(chat, (await mine.ExpectAsync("CHAT_OPENED")).Child("chat").Text("chat_id"));
        await theirs.AssertQuietAsync();
    }

    [Fact]
    public async Task MSG_goes_to_every_connection_of_every_member_but_the_one_that_sent_it()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "before");
        await using var sender = await ada.ConnectAsync();
        await using var tab = await ada.ConnectAsync();
        await using var first = await bob.ConnectAsync();
        await using var second = await bob.ConnectAsync();

        await sender.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "from a tab" }, "MSG_ACK");
        await ada.PostMessageAsync(chat, "over REST");

        foreach (var socket in new[] { tab, first, second })
        {
            Assert.Equal("from a tab", (await socket.NextAsync()).Text("content"));
            Assert.Equal("over REST", (await socket.NextAsync()).Text("content"));
            await socket.AssertQuietAsync();
        }

        Assert.Equal("over REST", (await sender.NextAsync()).Text("content"));
        await sender.AssertQuietAsync();
    }

    [Fact]
    public async Task TYPING_goes_to_the_other_members_only()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var sender = await ada.ConnectAsync();
        await using var tab = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await sender.SendAsync(new { type = "TYPING", chat_id = chat, is_typing = true });
        var typing = await theirs.ExpectAsync("TYPING");

        typing.AssertMembers("type", "chat_id", "user_id", "is_typing");
        Assert.Equal((chat, ada.Id, true), (typing.Text("chat_id"), typing.Text("user_id"), typing.Flag("is_typing")));
        await sender.AssertQuietAsync();
        await tab.AssertQuietAsync();
    }
}
