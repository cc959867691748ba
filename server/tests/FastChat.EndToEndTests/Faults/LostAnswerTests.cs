using FastChat.Faults.Clients;
using FastChat.Faults.Network;

namespace FastChat.EndToEndTests.Faults;

public sealed class LostAnswerTests(OpenServer open)
{
    private const int Enough = 400;

    private Uri Server => open.Server.Root;

    [Fact]
    public async Task CH2_with_every_fifth_ack_lost_each_message_is_stored_once()
    {
        await using var proxy = new ChaosProxy(open.Server.Port, Seed.Value);
        proxy.ToClient.Drop = frame => frame.Contains("\"MSG_ACK\"", StringComparison.Ordinal) && proxy.ToClient.Chance(0.2);
        var settings = new CrowdSettings { Client = new ClientSettings { Window = 16, ResendAfter = TimeSpan.FromSeconds(0.5) } };
        await using var crowd = await Crowd.GatherAsync(Server, _ => proxy.Root, settings);
        crowd.StartTyping();

        await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= Enough, $"{Enough} acks");

        var report = await Verdict.AssertKeptAsync(crowd, Server);
        Assert.InRange(report.Resent, Enough / 10, long.MaxValue);
        Assert.All(crowd.Clients, client => Assert.Equal(1, client.Connections));
    }

    [Fact]
    public async Task CL1_with_every_fifth_message_frame_lost_everybody_sees_everything()
    {
        await using var proxy = new ChaosProxy(open.Server.Port, Seed.Value);
        proxy.ToClient.Drop = frame => frame.Contains("\"MSG\"", StringComparison.Ordinal) && proxy.ToClient.Chance(0.2);
        await using var crowd = await Crowd.GatherAsync(Server, _ => proxy.Root);
        crowd.StartTyping();

        await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= Enough, $"{Enough} acks");
        await crowd.StopTypingAsync();
        await Task.WhenAll(crowd.Clients.Select(client => client.UntilAsync(one => one.Waiting == 0, "all answered", Verdict.Settling)));

        // The last frame of a chat has no successor that would reveal its loss (CL5): that is found by the next catch-up.
        proxy.ToClient.Drop = null;
        proxy.CutAll(CutKind.Reset);
        await Verdict.AssertKeptAsync(crowd, Server);
    }

    [Fact]
    public async Task CH2_the_same_message_sent_20_times_at_once_is_stored_and_brought_once()
    {
        var (ada, bob) = await Guest.PairAsync(open.Server);
        var chat = await ada.OpenChatAsync(bob);
        var sockets = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ada.ConnectAsync()));
        await using var recipient = await bob.ConnectAsync();

        for (var round = 1; round <= 10; round++)
        {
            var frame = new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = $"round {round}" };
            await Task.WhenAll(sockets.SelectMany(socket => Enumerable.Range(0, 4).Select(_ => socket.SendAsync(frame))));

            var acks = await Task.WhenAll(sockets.SelectMany(socket => Enumerable.Range(0, 4)
                .Select(_ => socket.ExpectAsync("MSG_ACK", ack => ack.Text("message_id") == frame.message_id))));
            Assert.All(acks, ack => Assert.Equal(round, ack.Number("seq")));
            Assert.Single(acks, ack => !ack.Flag("duplicate"));
            Assert.Equal(frame.message_id, (await recipient.ExpectAsync("MSG")).Text("message_id"));
            Assert.DoesNotContain(await recipient.FenceAsync(), frame => frame.Text("type") == "MSG");
        }

        Assert.Equal(10, (await bob.HistoryAsync(chat)).Count);
        await Task.WhenAll(sockets.Select(socket => socket.DisposeAsync().AsTask()));
    }
}
