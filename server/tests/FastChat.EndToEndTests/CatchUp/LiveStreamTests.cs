namespace FastChat.EndToEndTests.CatchUp;

public sealed class LiveStreamTests(OpenServer open)
{
    [Fact]
    public async Task CL2_what_is_committed_after_HELLO_ACK_is_sent_or_found()
    {
        var (ada, bob) = await Guest.PairAsync(open.Server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "first");
        using var enough = new CancellationTokenSource();
        var writing = WriteAsync(ada, chat, enough.Token);

        for (var turn = 0; turn < 15; turn++)
        {
            await using var socket = await bob.ConnectAsync();
            var entry = (await bob.Api.PostAsync("/api/sync", new { })).Is(200).Json.Children("chats").Single();
            var known = entry.Child("chat").Number("rev");
            await socket.UntilAsync(all => all.Any(item => item.Frame.Text("type") == "MSG" && item.Frame.Number("rev") >= known + 5), "five more");

            var live = socket.Arrivals.Select(item => item.Frame).Where(frame => frame.Text("type") == "MSG").Select(frame => frame.Number("rev")).ToList();
            var after = live.Where(rev => rev > known).ToList();
            Assert.Equal(Enumerable.Range(0, after.Count).Select(index => known + 1 + index), after);
            Assert.Equal(live.Order(), live);
        }

        await enough.CancelAsync();
        var sent = await writing;
        Assert.Equal(sent + 1, (await bob.ChatAsync(chat)).Number("last_seq"));
    }

    [Fact]
    public async Task CL1_what_came_while_away_is_found_by_changes()
    {
        var (ada, bob) = await Guest.PairAsync(open.Server);
        var chat = await ada.OpenChatAsync(bob);
        await using (var before = await bob.ConnectAsync())
        {
            await ada.PostMessageAsync(chat, "one");
            Assert.Equal(1, (await before.ExpectAsync("MSG")).Number("rev"));
        }

        await ada.PostMessageAsync(chat, "two");
        await ada.PostMessageAsync(chat, "three");
        await using var after = await bob.ConnectAsync();
        await ada.PostMessageAsync(chat, "four");

        Assert.Equal(4, (await after.ExpectAsync("MSG")).Number("rev"));
        var missed = (await bob.Api.GetAsync($"/api/chats/{chat}/changes?after=1")).Is(200).Json;
        Assert.Equal(["two", "three", "four"], missed.Children("messages").Select(message => message.Text("content")));
        Assert.Equal((4, false), (missed.Number("rev"), missed.Flag("more")));
    }

    private static async Task<int> WriteAsync(Guest guest, string chat, CancellationToken enough)
    {
        await using var socket = await guest.ConnectAsync();
        var sent = 0;
        while (!enough.IsCancellationRequested)
        {
            await socket.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = $"message {sent}" }, "MSG_ACK");
            sent++;
        }

        return sent;
    }
}
