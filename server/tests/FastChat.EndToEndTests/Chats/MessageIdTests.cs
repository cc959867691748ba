namespace FastChat.EndToEndTests.Chats;

/// <summary>CH2: a message is stored once, however often it is sent.</summary>
public sealed class MessageIdTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task CH2_the_same_message_again_stores_nothing_and_is_answered_as_a_duplicate()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        var id = Guest.NewId();

        var first = await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "once" }, "MSG_ACK");
        await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "between" }, "MSG_ACK");
        var repeat = await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "once", @ref = "again" }, "MSG_ACK");
        var toUser = await mine.AskAsync(new { type = "MSG", to = bob.Id, message_id = id, content = "once" }, "MSG_ACK");
        var posted = (await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = id, content = "once" })).Is(200).Json;
        await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "after" }, "MSG_ACK");

        Assert.Equal((false, true, true), (first.Flag("duplicate"), repeat.Flag("duplicate"), toUser.Flag("duplicate")));
        Assert.Equal("again", repeat.Text("ref"));
        foreach (var answer in new[] { repeat, toUser, posted })
        {
            Assert.Equal((1, 1, first.Text("sent_at"), chat), (answer.Number("seq"), answer.Number("rev"), answer.Text("sent_at"), answer.Text("chat_id")));
        }

        await theirs.ExpectAsync("MSG", message => message.Text("content") == "after");
        Assert.Equal(["once", "between", "after"], theirs.Arrivals.Select(item => item.Frame).Where(frame => frame.Text("type") == "MSG").Select(frame => frame.Text("content")));
        Assert.Equal([1, 2, 3], (await bob.HistoryAsync(chat)).Select(message => message.Number("seq")));
    }

    [Fact]
    public async Task CH2_the_same_message_id_with_other_content_is_a_conflict()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        var id = Guest.NewId();
        await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "once" }, "MSG_ACK");

        var error = await mine.RefusedAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "once ", @ref = "r" }, "CONFLICT");

        Assert.Equal((id, "r"), (error.Text("message_id"), error.Text("ref")));
        (await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = id, content = "Once" })).IsProblem(409, "CONFLICT");
        Assert.Equal("once", Assert.Single(await bob.HistoryAsync(chat)).Text("content"));
        Assert.Equal(1, (await ada.ChatAsync(chat)).Number("last_seq"));
    }

    [Fact]
    public async Task CH2_the_same_message_id_in_another_chat_is_a_conflict()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var eve = await Guest.CreateAsync(Server);
        var (first, second) = (await ada.OpenChatAsync(bob), await ada.OpenChatAsync(eve));
        await using var mine = await ada.ConnectAsync();
        var id = Guest.NewId();
        await mine.AskAsync(new { type = "MSG", chat_id = first, message_id = id, content = "once" }, "MSG_ACK");

        await mine.RefusedAsync(new { type = "MSG", chat_id = second, message_id = id, content = "once" }, "CONFLICT");
        await mine.RefusedAsync(new { type = "MSG", to = eve.Id, message_id = id, content = "once" }, "CONFLICT");

        Assert.Empty(await ada.HistoryAsync(second));
    }

    [Fact]
    public async Task CH2_a_message_id_belongs_to_its_sender()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        var id = Guest.NewId();

        var mine = await ada.PostMessageAsync(chat, "mine", id);
        var theirs = await bob.PostMessageAsync(chat, "theirs", id);

        Assert.Equal((1, 2), (mine.Number("seq"), theirs.Number("seq")));
        Assert.Equal([ada.Id, bob.Id], (await ada.HistoryAsync(chat)).Select(message => message.Text("sender_id")));
    }

    [Fact]
    public async Task CH2_sent_on_many_connections_at_once_a_message_is_stored_once()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        var tabs = new List<ChatSocket>();
        try
        {
            for (var number = 0; number < 4; number++)
            {
                tabs.Add(await ada.ConnectAsync());
            }

            var ids = Enumerable.Range(0, 50).Select(_ => Guest.NewId()).ToArray();
            await Task.WhenAll(tabs.Select(async tab =>
            {
                foreach (var id in ids)
                {
                    await tab.SendAsync(new { type = "MSG", chat_id = chat, message_id = id, content = $"content of {id}" });
                }

                await tab.UntilAsync(all => all.Count(item => item.Frame.Text("type") == "MSG_ACK") == ids.Length, "all acks");
            }));

            var acks = tabs.SelectMany(tab => tab.Arrivals).Select(item => item.Frame).Where(frame => frame.Text("type") == "MSG_ACK")
                .GroupBy(ack => ack.Text("message_id"), StringComparer.Ordinal).ToList();
            Assert.All(acks, group => Assert.Single(group, ack => !ack.Flag("duplicate")));
            Assert.All(acks, group => Assert.Single(group.Select(ack => ack.Number("seq")).Distinct()));
            Assert.Equal(Enumerable.Range(1, 50).Select(number => (long)number), (await bob.HistoryAsync(chat)).Select(message => message.Number("seq")));
        }
        finally
        {
            foreach (var tab in tabs)
            {
                await tab.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task CH2_repeats_pipelined_behind_the_first_are_duplicates_of_it()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var mine = await ada.ConnectAsync();
        var id = Guest.NewId();

        for (var turn = 0; turn < 5; turn++)
        {
            await mine.SendAsync(new { type = "MSG", to = bob.Id, message_id = id, content = "once" });
        }

        await mine.SendAsync(new { type = "MSG", to = bob.Id, message_id = id, content = "other" });
        var acks = new List<(long Seq, bool Duplicate)>();
        for (var turn = 0; turn < 5; turn++)
        {
            var ack = await mine.ExpectAsync("MSG_ACK");
            acks.Add((ack.Number("seq"), ack.Flag("duplicate")));
        }

        Assert.Equal([(1L, false), (1L, true), (1L, true), (1L, true), (1L, true)], acks);
        Assert.Equal("CONFLICT", (await mine.ExpectAsync("ERROR")).Text("code"));
    }
}
