namespace FastChat.EndToEndTests.Cluster;

/// <summary>What two users on two nodes see of each other while the bus works: all that users of one node do, and as soon.</summary>
public abstract class BusTests(NodePair nodes)
{
    private static readonly TimeSpan Soon = Patience.Bound(2);

    [Fact]
    public async Task A_first_message_opens_the_chat_on_the_other_node_and_positions_and_typing_come_back()
    {
        var ada = await Guest.CreateAsync(nodes.First);
        var bob = await Guest.CreateAsync(nodes.Second);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        var ack = await mine.AskAsync(new { type = "MSG", to = bob.Id, message_id = Guest.NewId(), content = "hello" }, "MSG_ACK");
        var chat = ack.Text("chat_id");
        var opened = await theirs.NextAsync();
        Assert.Equal(("CHAT_OPENED", chat), (opened.Text("type"), opened.Child("chat").Text("chat_id")));
        Assert.Equal("hello", (await theirs.NextAsync()).Text("content"));
        await theirs.SendAsync(new { type = "TYPING", chat_id = chat, is_typing = true });
        await mine.ExpectAsync("TYPING", frame => frame.Text("user_id") == bob.Id, Soon);
        await theirs.SendAsync(new { type = "READ", chat_id = chat, seq = 1 });
        await mine.ExpectAsync("READ", frame => frame.Number("seq") == 1, Soon);
    }

    [Fact]
    public async Task CH3_both_write_at_once_and_each_sees_all_by_rev()
    {
        const int Each = 150;
        const int All = 1 + (2 * Each);
        var (ada, bob, chat) = await nodes.PairAsync();
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        await using var watching = await (bob with { Server = nodes.First }).ConnectAsync();

        // Both nodes know where the chat stands; of the first that a node hears of a chat it can't know what was before.
        await mine.AskAsync(NodePair.Message(chat, "first"), "MSG_ACK");
        await theirs.ExpectAsync("MSG");
        for (var i = 0; i < Each; i++)
        {
            await mine.SendAsync(NodePair.Message(chat, $"ada {i}"));
            await theirs.SendAsync(NodePair.Message(chat, $"bob {i}"));
        }

        await Eventually.HoldsAsync(() => Revs(watching, "MSG").Count == All, "all messages on the connection that only reads", Patience.For(60));
        Assert.Equal(Enumerable.Range(1, All).Select(rev => (long)rev), Revs(watching, "MSG"));
        foreach (var socket in new[] { mine, theirs })
        {
            await Eventually.HoldsAsync(() => Revs(socket, "MSG").Count + Revs(socket, "MSG_ACK").Count == All, "the other's messages and the own acks", Patience.For(60));
            Assert.Equal(Revs(socket, "MSG").Order(), Revs(socket, "MSG"));
            Assert.Equal(Enumerable.Range(1, All).Select(rev => (long)rev), Revs(socket, "MSG").Concat(Revs(socket, "MSG_ACK")).Order());
        }
    }

    [Fact]
    public async Task A_message_larger_than_a_notification_comes_whole_and_in_its_place()
    {
        var (ada, bob, chat) = await nodes.PairAsync();
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        var large = string.Concat(Enumerable.Repeat("🙂", 4000));
        foreach (var content in new[] { "before", large, "after" })
        {
            await mine.AskAsync(NodePair.Message(chat, content), "MSG_ACK");
        }

        await theirs.ExpectAsync("CHAT_OPENED");
        Assert.Equal("before", (await theirs.NextAsync()).Text("content"));
        Assert.Equal(large, (await theirs.NextAsync()).Text("content"));
        Assert.Equal("after", (await theirs.NextAsync()).Text("content"));
        await bob.OpenChatAsync(ada);
        await using var elsewhere = await (bob with { Server = nodes.First }).ConnectAsync();
        await bob.PostMessageAsync(chat, large);
        await elsewhere.ExpectAsync("MSG", frame => frame.Number("seq") == 4, Soon);
        await (ada with { Server = nodes.Second }).OpenChatAsync(bob);
        await mine.ExpectAsync("CHAT_OPENED", frame => frame.Child("chat").Child("last_message").Text("content") == large);
    }

    [Fact]
    public async Task ID3_a_session_revoked_on_one_node_ends_on_the_other_within_two_seconds()
    {
        var ada = await Guest.CreateAsync(nodes.First);
        var there = ada with { Server = nodes.Second };
        await using var socket = await there.ConnectAsync();
        (await ada.Api.DeleteAsync("/api/sessions/current")).Is(204);
        await Eventually.HoldsAsync(() => socket.CloseCode == 4500, "the connection ends", Soon);
        Assert.Equal(401, await there.Api.StatusAsync("/api/me"));
    }

    [Fact]
    public async Task BL8_a_block_made_on_one_node_counts_at_once_on_the_other()
    {
        var (ada, bob, chat) = await nodes.PairAsync();
        await using var adaThere = await (ada with { Server = nodes.Second }).ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        (await ada.Api.PostAsync("/api/blocks", new { user_id = bob.Id })).Is(201);
        await adaThere.ExpectAsync("BLOCKS", within: Soon);
        await theirs.AskAsync(NodePair.Message(chat, "are you there?"), "MSG_ACK");
        var hidden = await adaThere.ExpectAsync("MSG", within: Soon);
        Assert.True(hidden.Flag("hidden"));
        Assert.False(hidden.Has("content"));
        (await ada.Api.DeleteAsync($"/api/blocks/{bob.Id}")).Is(204);
        await adaThere.ExpectAsync("BLOCKS", within: Soon);
        await theirs.AskAsync(NodePair.Message(chat, "and now?"), "MSG_ACK");
        await adaThere.ExpectAsync("MSG", frame => frame.Has("content") && frame.Text("content") == "and now?", Soon);
    }

    private static List<long> Revs(ChatSocket socket, string type) =>
        [.. socket.Arrivals.Where(arrival => arrival.Frame.Text("type") == type).Select(arrival => arrival.Frame.Number("rev"))];
}

[Trait("Database", "Own")]
public sealed class PostgresBusTests(NodesOverPostgres nodes) : BusTests(nodes), IClassFixture<NodesOverPostgres>;

[Trait("Database", "Own")]
public sealed class RabbitMqBusTests(NodesOverRabbitMq nodes) : BusTests(nodes), IClassFixture<NodesOverRabbitMq>;
