using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Limits;

/// <summary>GW7: 30 frames a second with a burst of 60, a connection; typing once a second, a user.</summary>
public sealed class FrameRateTests(LimitedServer limited) : IClassFixture<LimitedServer>
{
    private const int Burst = 60;
    private const int PerSecond = 30;

    private ServerProcess Server => limited.Server;

    [Fact]
    public async Task GW7_frames_over_the_burst_are_refused_and_the_connection_stays()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();
        var clock = Stopwatch.StartNew();

        for (var number = 0; number < 120; number++)
        {
            await socket.SendAsync("""{"type":"PING"}""");
        }

        await socket.UntilAsync(all => all.Count(item => item.Frame.Text("type") is "PONG" or "ERROR") == 120, "120 answers");
        var answers = socket.Arrivals.Select(item => item.Frame).Where(frame => frame.Text("type") is "PONG" or "ERROR").ToList();
        var served = answers.Count(frame => frame.Text("type") == "PONG");
        Assert.InRange(served, Burst - 1, Burst + 1 + (int)(clock.Elapsed.TotalSeconds * PerSecond));
        foreach (var refused in answers.Where(frame => frame.Text("type") == "ERROR"))
        {
            Assert.Equal("RATE_LIMITED", refused.Text("code"));
            Assert.InRange(refused.Number("retry_after_ms"), 1, 10_000);
        }

        await Task.Delay(1000);
        await socket.AskAsync(new { type = "PING" }, "PONG");
    }

    [Fact]
    public async Task GW7_frames_are_counted_for_each_connection_of_its_own()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var hasty = await ada.ConnectRawAsync();
        await using var calm = await ada.ConnectAsync();

        await hasty.SendBytesAsync(Pings(150));
        await hasty.ExpectAsync("ERROR");
        for (var number = 0; number < 50; number++)
        {
            await calm.AskAsync(new { type = "PING" }, "PONG");
        }
    }

    [Fact]
    public async Task GW3_a_MSG_over_the_frame_rate_is_refused_with_its_message_id()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var socket = await ada.ConnectRawAsync();
        var id = Guest.NewId();

        // In one write, so that they come faster than the rate however slow this machine is.
        var message = RawSocket.Encode(
            RawSocket.TextFrame, Encoding.UTF8.GetBytes(Json.Write(new { type = "MSG", to = bob.Id, message_id = id, content = "in haste", @ref = "mine" })));
        await socket.SendBytesAsync([.. Pings(150), .. message]);
        JsonObject error;
        do
        {
            error = await socket.ExpectAsync("ERROR");
        }
        while (!error.Has("message_id"));

        Assert.Equal((id, "RATE_LIMITED"), (error.Text("message_id"), error.Text("code")));
    }

    [Fact]
    public async Task GW7_who_goes_on_after_100_refusals_within_10_s_is_closed_with_4004()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        await socket.SendBytesAsync(Pings(400));
        var errors = 0;
        WireFrame? last;
        while ((last = await socket.ReadAsync(Patience.Answer)) is { Opcode: not RawSocket.Close })
        {
            if (last.Opcode == RawSocket.TextFrame && Json.Parse(last.Text) is var json && json.Text("type") == "ERROR")
            {
                Assert.Equal("RATE_LIMITED", json.Text("code"));
                errors++;
            }
        }

        Assert.Equal(4004, last?.CloseCode);
        Assert.InRange(errors, 99, 101);
    }

    [Fact]
    public async Task GW7_typing_over_its_limit_is_dropped_without_an_error_and_its_last_state_wins()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        for (var turn = 0; turn < 10; turn++)
        {
            await mine.SendAsync(new { type = "TYPING", chat_id = chat, is_typing = turn % 2 == 0 });
        }

        Assert.True((await theirs.ExpectAsync("TYPING")).Flag("is_typing"));
        Assert.False((await theirs.ExpectAsync("TYPING", within: Patience.Bound(2))).Flag("is_typing"));
        await theirs.AssertQuietAsync();
        await mine.AssertQuietAsync();
    }

    [Fact]
    public async Task GW7_typing_is_limited_per_user_whatever_the_connection()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var first = await ada.ConnectAsync();
        await using var second = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        var clock = Stopwatch.StartNew();

        for (var turn = 0; turn < 5; turn++)
        {
            await first.SendAsync(new { type = "TYPING", chat_id = chat, is_typing = true });
            await second.SendAsync(new { type = "TYPING", chat_id = chat, is_typing = true });
        }

        await theirs.ExpectAsync("TYPING");
        await first.FenceAsync();
        await second.FenceAsync();
        // A message is not limited with the typing and comes behind whatever of it was let through.
        await first.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "done" }, "MSG_ACK");
        await theirs.ExpectAsync("MSG");
        var typing = theirs.Arrivals.Count(item => item.Frame.Text("type") == "TYPING");
        Assert.InRange(typing, 1, 2 + (int)clock.Elapsed.TotalSeconds);
    }

    /// <summary>So many PINGs as the bytes of one write.</summary>
    private static byte[] Pings(int count)
    {
        var ping = RawSocket.Encode(RawSocket.TextFrame, """{"type":"PING"}"""u8.ToArray());
        return [.. Enumerable.Repeat(ping, count).SelectMany(bytes => bytes)];
    }
}
