namespace FastChat.EndToEndTests.Chats;

/// <summary>CH8: how far each member has got.</summary>
public sealed class PositionTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task CH8_a_position_that_moved_is_told_to_every_connection_but_the_one_that_moved_it()
    {
        var (ada, bob, chat) = await FiveMessagesAsync();
        await using var mine = await ada.ConnectAsync();
        await using var moving = await bob.ConnectAsync();
        await using var tab = await bob.ConnectAsync();

        await moving.SendAsync(new { type = "DELIVERED", chat_id = chat, seq = 4 });
        foreach (var socket in new[] { mine, tab })
        {
            var delivered = await socket.ExpectAsync("DELIVERED");
            delivered.AssertMembers("type", "chat_id", "user_id", "seq");
            Assert.Equal((chat, bob.Id, 4), (delivered.Text("chat_id"), delivered.Text("user_id"), delivered.Number("seq")));
        }

        Assert.Equal((4, 0), Shapes.Positions(await ada.ChatAsync(chat), bob.Id));
        await moving.SendAsync(new { type = "READ", chat_id = chat, seq = 3 });
        foreach (var socket in new[] { mine, tab })
        {
            var read = await socket.ExpectAsync("READ");
            read.AssertMembers("type", "chat_id", "user_id", "seq");
            Assert.Equal((chat, bob.Id, 3), (read.Text("chat_id"), read.Text("user_id"), read.Number("seq")));
        }

        await moving.AssertQuietAsync();
        Assert.Equal((4, 3), Shapes.Positions(await ada.ChatAsync(chat), bob.Id));
        Assert.Equal(2, (await bob.ChatAsync(chat)).Number("unread"));
    }

    [Fact]
    public async Task CH8_reading_also_delivers()
    {
        var (ada, bob, chat) = await FiveMessagesAsync();
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await theirs.SendAsync(new { type = "READ", chat_id = chat, seq = 5 });
        await mine.ExpectAsync("READ");

        Assert.Equal((5, 5), Shapes.Positions(await ada.ChatAsync(chat), bob.Id));
        Assert.Equal(0, (await bob.ChatAsync(chat)).Number("unread"));
    }

    [Fact]
    public async Task CH8_positions_only_move_forward_and_what_moves_nothing_is_told_to_nobody()
    {
        var (ada, bob, chat) = await FiveMessagesAsync();
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        await theirs.SendAsync(new { type = "READ", chat_id = chat, seq = 4 });
        await mine.ExpectAsync("READ");

        foreach (var seq in new[] { 4, 3, 1, 0 })
        {
            await theirs.SendAsync(new { type = "READ", chat_id = chat, seq });
            await theirs.SendAsync(new { type = "DELIVERED", chat_id = chat, seq });
        }

        // Behind them a message, so that whatever they might have caused has come.
        await theirs.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "fence" }, "MSG_ACK");
        await mine.ExpectAsync("MSG");
        Assert.Equal([4L], mine.Arrivals.Select(item => item.Frame).Where(frame => frame.Text("type") == "READ").Select(frame => frame.Number("seq")));
        Assert.DoesNotContain(mine.Arrivals, item => item.Frame.Text("type") == "DELIVERED" && item.Frame.Number("seq") < 4);
        await theirs.AssertQuietAsync();
    }

    [Theory]
    [InlineData("6")]
    [InlineData("4294967296")]
    [InlineData("9007199254740991")]
    public async Task CH8_a_position_past_the_end_counts_as_the_end(string seq)
    {
        var (ada, bob, chat) = await FiveMessagesAsync();
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await theirs.SendAsync($$"""{"type":"READ","chat_id":"{{chat}}","seq":{{seq}}}""");

        Assert.Equal(5, (await mine.ExpectAsync("READ")).Number("seq"));
        await ada.PostMessageAsync(chat, "one more");
        Assert.Equal(1, (await bob.ChatAsync(chat)).Number("unread"));
    }

    [Fact]
    public async Task CH8_sending_reads_up_to_the_message_and_is_not_announced()
    {
        var (ada, bob, chat) = await FiveMessagesAsync();
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await theirs.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "answer" }, "MSG_ACK");
        await mine.ExpectAsync("MSG");

        await mine.AssertQuietAsync();
        Assert.Equal((6, 6), Shapes.Positions(await ada.ChatAsync(chat), bob.Id));
        Assert.Equal((0, 1), ((await bob.ChatAsync(chat)).Number("unread"), (await ada.ChatAsync(chat)).Number("unread")));
    }

    [Fact]
    public async Task CH8_positions_have_no_rev_and_move_no_chat()
    {
        var (ada, bob, chat) = await FiveMessagesAsync();
        var before = await ada.ChatAsync(chat);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await theirs.SendAsync(new { type = "READ", chat_id = chat, seq = 5 });
        await mine.ExpectAsync("READ");

        var after = await ada.ChatAsync(chat);
        Assert.Equal((before.Number("rev"), before.Number("last_seq")), (after.Number("rev"), after.Number("last_seq")));
    }

    [Fact]
    public async Task CH8_positions_survive_a_restart()
    {
        await using var server = await ServerProcess.StartAsync();
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "one");
        await using var theirs = await bob.ConnectAsync();
        await theirs.SendAsync(new { type = "READ", chat_id = chat, seq = 1 });
        var deadline = theirs.Now + Patience.Answer;
        while (Shapes.Positions(await ada.ChatAsync(chat), bob.Id) != (1, 1))
        {
            Assert.True(theirs.Now < deadline, "The position did not move.");
            await Task.Delay(50);
        }

        await server.TerminateAsync();
        await server.StartAgainAsync();

        Assert.Equal((1, 1), Shapes.Positions(await ada.ChatAsync(chat), bob.Id));
    }

    private async Task<(Guest Ada, Guest Bob, string Chat)> FiveMessagesAsync()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        for (var number = 1; number <= 5; number++)
        {
            await ada.PostMessageAsync(chat, $"message {number}");
        }

        return (ada, bob, chat);
    }
}
