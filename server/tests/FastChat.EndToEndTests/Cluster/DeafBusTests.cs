namespace FastChat.EndToEndTests.Cluster;

/// <summary>
/// A bus that takes what is sent and brings nothing: notifications through a transaction pooler. Everything is found in the
/// database instead, a few seconds later.
/// </summary>
[Trait("Database", "Own")]
public sealed class DeafBusTests(DeafNodes nodes) : IClassFixture<DeafNodes>
{
    private static readonly TimeSpan Promised = Patience.Bound(5);

    [Fact]
    public async Task CL5_whatever_the_bus_does_an_acknowledged_message_is_there_within_five_seconds_and_in_order()
    {
        var (ada, bob, chat) = await nodes.PairAsync();
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        for (var round = 0; round < 3; round++)
        {
            var seqs = new List<long>();
            for (var i = 0; i < 10; i++)
            {
                seqs.Add((await mine.AskAsync(NodePair.Message(chat, $"{round} {i}"), "MSG_ACK")).Number("seq"));
            }

            var last = await theirs.ExpectAsync("MSG", frame => frame.Number("seq") == seqs[^1], Promised);
            Assert.Equal($"{round} 9", last.Text("content"));
        }

        var revs = theirs.Arrivals.Where(arrival => arrival.Frame.Text("type") == "MSG").Select(arrival => arrival.Frame.Number("rev"));
        Assert.Equal(Enumerable.Range(1, 30).Select(rev => (long)rev), revs);
    }

    [Fact]
    public async Task CL5_a_chat_that_is_new_is_shown_before_its_first_message()
    {
        var ada = await Guest.CreateAsync(nodes.First);
        var bob = await Guest.CreateAsync(nodes.Second);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        var ack = await mine.AskAsync(new { type = "MSG", to = bob.Id, message_id = Guest.NewId(), content = "hello" }, "MSG_ACK");
        var opened = await theirs.ExpectAsync("CHAT_OPENED", within: Promised);
        Assert.Equal(0, opened.Child("chat").Number("last_seq"));
        Assert.Equal("hello", (await theirs.ExpectAsync("MSG", frame => frame.Text("chat_id") == ack.Text("chat_id"))).Text("content"));
    }

    [Fact]
    public async Task ID3_a_session_revoked_on_one_node_ends_on_the_other_within_ten_seconds()
    {
        var ada = await Guest.CreateAsync(nodes.First);
        var there = ada with { Server = nodes.Second };
        await using var socket = await there.ConnectAsync();
        (await ada.Api.DeleteAsync("/api/sessions/current")).Is(204);
        await Eventually.HoldsAsync(() => socket.CloseCode == 4500, "the connection ends", Patience.Bound(10));
    }

    [Fact]
    public void The_start_says_once_which_setting_is_wrong_and_goes_on()
    {
        foreach (var node in new[] { nodes.First, nodes.Second })
        {
            Assert.Single(node.Log.Split('\n'), line => line.Contains("BACKPLANE_URL", StringComparison.Ordinal));
            Assert.DoesNotContain("exception", node.Log, StringComparison.OrdinalIgnoreCase);
        }
    }
}
