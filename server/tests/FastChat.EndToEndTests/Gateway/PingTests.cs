using System.Diagnostics;

namespace FastChat.EndToEndTests.Gateway;

public sealed class PingTests(OpenServer open)
{
    [Fact]
    public async Task GW5_the_server_pings_after_10_s_of_silence_and_drops_who_does_not_answer_within_5_s()
    {
        await using var socket = await (await Guest.CreateAsync(open.Server)).ConnectRawAsync();
        socket.AnswersPings = false;
        var clock = Stopwatch.StartNew();

        await PingAsync(socket, Patience.Bound(10));
        var asked = clock.Elapsed;
        await socket.ExpectEndAsync(Patience.Bound(10));
        var waited = clock.Elapsed - asked;

        Assert.InRange(asked.TotalSeconds, 9, Patience.Bound(10).TotalSeconds);
        Assert.InRange(waited.TotalSeconds, 4, Patience.Bound(5).TotalSeconds);
    }

    internal static async Task<WireFrame> PingAsync(RawSocket socket, TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var frame = await socket.ReadAsync(within - clock.Elapsed);
            Assert.True(frame is not null && frame.Opcode != RawSocket.Close, "The connection ended before a ping came.");
            if (frame!.Opcode == RawSocket.Ping)
            {
                return frame;
            }
        }
    }
}

public sealed class PongTests(OpenServer open)
{
    [Fact]
    public async Task GW5_who_answers_the_pings_stays()
    {
        await using var socket = await (await Guest.CreateAsync(open.Server)).ConnectRawAsync();

        await PingTests.PingAsync(socket, Patience.Bound(10));
        await PingTests.PingAsync(socket, Patience.Bound(10));
        await socket.SendTextAsync("""{"type":"PING","ref":"still here"}""");

        Assert.Equal("still here", (await socket.ExpectAsync("PONG")).Text("ref"));
    }
}

public sealed class BusyConnectionTests(OpenServer open)
{
    [Fact]
    public async Task GW5_a_connection_from_which_something_is_received_is_not_pinged()
    {
        await using var socket = await (await Guest.CreateAsync(open.Server)).ConnectRawAsync();
        var clock = Stopwatch.StartNew();

        while (clock.Elapsed < TimeSpan.FromSeconds(14))
        {
            await socket.SendTextAsync("""{"type":"PING"}""");
            for (WireFrame? frame = null; frame is null || !frame.Text.Contains("PONG", StringComparison.Ordinal);)
            {
                frame = await socket.ReadAsync(Patience.Answer);
                Assert.NotNull(frame);
                Assert.NotEqual(RawSocket.Ping, frame.Opcode);
            }

            await Task.Delay(1000);
        }
    }
}

public sealed class SlowMessageTests(OpenServer open)
{
    [Fact]
    public async Task WS_a_message_that_is_not_whole_within_10_s_closes_with_1009()
    {
        await using var socket = await (await Guest.CreateAsync(open.Server)).ConnectRawAsync();
        var clock = Stopwatch.StartNew();
        var end = socket.ExpectEndAsync(Patience.Bound(10));

        await socket.SendFrameAsync(RawSocket.TextFrame, "{"u8.ToArray(), final: false);
        while (!end.IsCompleted)
        {
            try
            {
                await socket.SendFrameAsync(RawSocket.Continuation, " "u8.ToArray(), final: false);
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(end, Task.Delay(250));
        }

        Assert.Equal(1009, await end);
        Assert.InRange(clock.Elapsed.TotalSeconds, 9, Patience.Bound(10).TotalSeconds);
    }
}
