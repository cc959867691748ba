using System.Collections.Concurrent;
using System.Diagnostics;

namespace FastChat.EndToEndTests.Hosting;

/// <summary>GW6: an orderly end.</summary>
public sealed class DrainTests
{
    private const int Crowd = 400;

    [Fact]
    public async Task GW6_every_connection_is_told_to_reconnect_with_its_own_delay_and_then_closed_with_1012()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var guests = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Guest.CreateAsync(server)));
        var sockets = new ConcurrentBag<RawSocket>();
        var delays = new ConcurrentBag<long>();
        var ends = new ConcurrentBag<Task<int?>>();
        await Task.WhenAll(guests.Select(async guest =>
        {
            for (var number = 0; number < Crowd / guests.Length; number++)
            {
                // Read from the start: whoever answers no ping is let go before the others are there.
                var socket = await guest.ConnectRawAsync();
                sockets.Add(socket);
                ends.Add(EndOf(socket, delays));
            }
        }));
        var clock = Stopwatch.StartNew();
        server.AskToStop();
        var (notReady, upgrades) = await WatchTheDoorAsync(server);
        var exit = await server.ExitedWithinAsync(Patience.For(60));

        Assert.Equal(0, exit);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, Patience.Bound(20).TotalSeconds);
        Assert.All(await Task.WhenAll(ends), code => Assert.Equal(1012, code));
        Assert.All(delays, delay => Assert.InRange(delay, 0, 12_000));
        Assert.InRange(delays.Distinct().Count(), 20, Crowd);
        Assert.True(notReady, "Ready did not turn 503.");
        Assert.DoesNotContain(101, upgrades);
        foreach (var socket in sockets)
        {
            await socket.DisposeAsync();
        }
    }

    [Fact]
    public async Task GW6_an_orderly_end_loses_nothing()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        var ids = Enumerable.Range(0, 500).Select(_ => Guest.NewId()).ToList();

        foreach (var id in ids)
        {
            await mine.SendAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "in flight" });
        }

        server.AskToStop();
        Assert.Equal(1012, await mine.ExpectCloseAsync(Patience.Bound(20)));
        Assert.Equal(0, await server.ExitedWithinAsync(Patience.Bound(20)));
        await server.StartAgainAsync();

        var frames = mine.Arrivals.Select(item => item.Frame).ToList();
        Assert.Contains(frames, frame => frame.Text("type") == "RECONNECT");
        var history = await bob.HistoryAsync(chat);
        Assert.Equal(ids.Take(history.Count), history.Select(message => message.Text("message_id")));
        var acked = frames.Where(frame => frame.Text("type") == "MSG_ACK").Select(ack => ack.Text("message_id")).ToList();
        Assert.Equal(ids.Take(acked.Count), acked);
        Assert.InRange(history.Count, acked.Count, ids.Count);
    }

    /// <summary>What ends a connection that is told before to go elsewhere; how much later is noted.</summary>
    private static async Task<int?> EndOf(RawSocket socket, ConcurrentBag<long> delays)
    {
        var reconnect = await socket.ExpectAsync("RECONNECT", Patience.Start);
        reconnect.AssertMembers("type", "after_ms", "reason");
        Assert.NotEmpty(reconnect.Text("reason"));
        delays.Add(reconnect.Number("after_ms"));
        return await socket.ExpectEndAsync(Patience.Bound(20));
    }

    /// <summary>From the signal to the end of listening: is ready 503, and does anybody get in?</summary>
    private static async Task<(bool NotReady, List<int> Upgrades)> WatchTheDoorAsync(ServerProcess server)
    {
        var notReady = false;
        var upgrades = new List<int>();
        while (!server.HasExited)
        {
            notReady |= await server.Api.StatusAsync("/health/ready") == 503;
            if (notReady)
            {
                try
                {
                    await using var late = await RawSocket.TryConnectAsync(server.Port);
                    upgrades.Add(late.Status);
                }
                catch (Exception refused) when (refused is IOException or System.Net.Sockets.SocketException)
                {
                    upgrades.Add(0);
                }
            }

            await Task.Delay(30);
        }

        return (notReady, upgrades);
    }
}

[Collection(Alone.Name)]
public sealed class PromptEndTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GW6_without_connections_the_server_ends_within_2_s(bool ctrlC)
    {
        await using var server = await ServerProcess.StartAsync();
        await Guest.CreateAsync(server);
        var clock = Stopwatch.StartNew();

        if (ctrlC)
        {
            server.PressCtrlC();
        }
        else
        {
            server.AskToStop();
        }

        Assert.Equal(0, await server.ExitedWithinAsync(Patience.Stop));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, Patience.For(2).TotalSeconds + 1);
    }
}
