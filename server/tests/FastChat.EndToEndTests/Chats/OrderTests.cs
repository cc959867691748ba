using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Chats;

/// <summary>CH3, CH4, CH5: one order for all, without holes, never changed behind anybody's back.</summary>
public sealed class OrderTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task CH4_messages_pipelined_on_one_connection_get_ascending_places_and_acks_in_the_order_of_sending()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        var ids = Enumerable.Range(0, 300).Select(_ => Guest.NewId()).ToArray();

        foreach (var id in ids)
        {
            await mine.SendAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "x" });
        }

        await mine.UntilAsync(all => all.Count(item => item.Frame.Text("type") == "MSG_ACK") == ids.Length, "all acks");
        var acks = Frames(mine, "MSG_ACK");
        Assert.Equal(ids, acks.Select(ack => ack.Text("message_id")));
        Assert.Equal(Numbers(300), acks.Select(ack => ack.Number("seq")));
        Assert.Equal(ids, (await bob.HistoryAsync(chat)).Select(message => message.Text("message_id")));
    }

    [Fact]
    public async Task CH3_with_many_senders_all_members_see_the_same_order_without_a_hole()
    {
        const int each = 100;
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var watching = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        ChatSocket[] senders = [await ada.ConnectAsync(), await ada.ConnectAsync(), await bob.ConnectAsync(), await bob.ConnectAsync()];

        await Task.WhenAll(senders.Select(async (socket, sender) =>
        {
            for (var number = 0; number < each; number++)
            {
                await socket.SendAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = $"{sender}-{number}" });
            }
        }));

        var total = each * senders.Length;
        foreach (var socket in new[] { watching, theirs })
        {
            await socket.UntilAsync(all => all.Count(item => item.Frame.Text("type") == "MSG") == total, $"{total} messages", Patience.For(90));
            Assert.Equal(Numbers(total), Frames(socket, "MSG").Select(message => message.Number("seq")));
            Assert.Equal(Numbers(total), Frames(socket, "MSG").Select(message => message.Number("rev")));
        }

        Assert.Equal(Frames(watching, "MSG").Select(message => message.Text("content")), Frames(theirs, "MSG").Select(message => message.Text("content")));
        Assert.Equal(Frames(watching, "MSG").Select(message => message.Text("content")), (await bob.HistoryAsync(chat)).Select(message => message.Text("content")));
        foreach (var socket in senders)
        {
            var revs = Frames(socket, "MSG").Select(message => message.Number("rev")).ToList();
            Assert.Equal(revs.Order(), revs);
            var seqs = Frames(socket, "MSG_ACK").Select(ack => ack.Number("seq")).ToList();
            Assert.Equal(each, seqs.Count);
            Assert.Equal(seqs.Order(), seqs);
            await socket.DisposeAsync();
        }
    }

    [Fact]
    public async Task CH3_refused_messages_leave_no_hole()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        var known = Guest.NewId();
        await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = known, content = "known" }, "MSG_ACK");

        for (var number = 0; number < 20; number++)
        {
            await mine.SendAsync(new { type = "MSG", chat_id = chat, message_id = known, content = "conflict" });
            await mine.SendAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "" });
            await mine.SendAsync(new { type = "MSG", chat_id = Guest.NewId(), message_id = Guest.NewId(), content = "nowhere" });
            await mine.SendAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "good" });
        }

        await mine.UntilAsync(all => all.Count(item => item.Frame.Text("type") is "MSG_ACK" or "ERROR") == 81, "81 answers");
        Assert.Equal(Numbers(21), (await bob.HistoryAsync(chat)).Select(message => message.Number("seq")));
    }

    [Fact]
    public async Task CH5_a_reader_who_has_seen_a_rev_never_finds_a_new_change_with_a_lower_one()
    {
        const int total = 400;
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        var writing = Task.WhenAll(Shapes.FillAsync(ada, chat, total / 2), Shapes.FillAsync(bob, chat, total / 2));

        var seen = new List<long>();
        while (seen.Count < total)
        {
            var after = seen.Count == 0 ? 0 : seen[^1];
            var page = (await bob.Api.GetAsync($"/api/chats/{chat}/changes?after={after}&limit=200")).Is(200).Json;
            seen.AddRange(page.Children("messages").Select(message => message.Number("rev")));
            Assert.Equal(Numbers(seen.Count), seen);
            Assert.False(writing.IsFaulted, writing.Exception?.Message);
        }

        await writing;
        Assert.Equal(total, (await ada.ChatAsync(chat)).Number("rev"));
    }

    private static List<JsonObject> Frames(ChatSocket socket, string type) =>
        [.. socket.Arrivals.Select(item => item.Frame).Where(frame => frame.Text("type") == type)];

    private static IEnumerable<long> Numbers(int last) => Enumerable.Range(1, last).Select(number => (long)number);
}
