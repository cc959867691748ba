using System.Text;

namespace FastChat.EndToEndTests.Gateway;

public sealed class HelloTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task WS_HELLO_is_answered_with_HELLO_ACK_and_then_a_full_PRESENCE()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await ChatSocket.ConnectAsync(Server.Root, "fastchat.v1");

        await socket.SendAsync(new { type = "HELLO", token = ada.Token, client = "e2e/1", @ref = "first" });
        await socket.UntilAsync(all => all.Count >= 2, "HELLO_ACK and PRESENCE");

        var (hello, presence) = (socket.Arrivals[0].Frame, socket.Arrivals[1].Frame);
        hello.AssertMembers("type", "user", "session_id", "epoch", "server_time", "heartbeat_ms", "limits", "ref");
        Assert.Equal(("HELLO_ACK", "first", ada.SessionId), (hello.Text("type"), hello.Text("ref"), hello.Text("session_id")));
        hello.Child("user").AssertMembers("user_id", "display_name", "kind");
        Assert.Equal((ada.Id, ada.Name), (hello.Child("user").Text("user_id"), hello.Child("user").Text("display_name")));
        Assert.NotEmpty(hello.Text("epoch"));
        hello.Time("server_time");
        Assert.InRange(hello.Number("heartbeat_ms"), 1000, 120_000);
        Assert.Equal("PRESENCE", presence.Text("type"));
        presence.AssertMembers("type", "full", "complete", "users", "online_count");
        Assert.True(presence.Flag("full"));
        Assert.Equal("fastchat.v1", socket.SubProtocol);
    }

    [Fact]
    public async Task WS_a_limit_that_is_switched_off_is_announced_as_0()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await ChatSocket.ConnectAsync(Server.Root);

        var limits = (await socket.AskAsync(new { type = "HELLO", token = ada.Token }, "HELLO_ACK")).Child("limits");

        foreach (var name in new[] { "messages_per_minute", "message_burst", "typing_per_second", "frames_per_second", "frame_burst", "connections_per_user" })
        {
            Assert.Equal(0, limits.Number(name));
        }
    }

    [Theory]
    [InlineData("""{"type":"HELLO"}""")]
    [InlineData("""{"type":"HELLO","token":null}""")]
    [InlineData("""{"type":"HELLO","token":5}""")]
    [InlineData("""{"type":"HELLO","token":["a"]}""")]
    [InlineData("""{"type":"HELLO","token":""}""")]
    [InlineData("""{"type":"HELLO","token":"nonsense"}""")]
    [InlineData("""{"type":"HELLO","token":"a.b.c","ref":"mine"}""")]
    public async Task WS_HELLO_without_a_valid_token_is_UNAUTHORIZED_then_4001(string frame)
    {
        await using var socket = await ChatSocket.ConnectAsync(Server.Root);

        var error = await socket.RefusedAsync(frame, "UNAUTHORIZED");

        Assert.Equal(frame.Contains("mine", StringComparison.Ordinal) ? "mine" : null, error["ref"]?.GetValue<string>());
        Assert.Equal(4001, await socket.ExpectCloseAsync());
    }

    [Theory]
    [InlineData("""{"type":"PING"}""")]
    [InlineData("""{"type":"MSG","to":"0190b5a0-0000-7000-8000-000000000000","message_id":"0190b5a0-0000-7000-8000-000000000001","content":"x"}""")]
    [InlineData("""{"type":"NOPE"}""")]
    [InlineData("""{"type":"hello","token":"x"}""")]
    [InlineData("""{"type":5}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""not json""")]
    [InlineData("""{"type":"PING","type":"PING"}""")]
    [InlineData("")]
    public async Task WS_any_frame_before_HELLO_is_HELLO_REQUIRED_then_4501(string frame)
    {
        await using var socket = await ChatSocket.ConnectAsync(Server.Root);

        await socket.RefusedAsync(frame, "HELLO_REQUIRED");

        Assert.Equal(4501, await socket.ExpectCloseAsync());
    }

    [Fact]
    public async Task WS_a_binary_frame_before_HELLO_is_HELLO_REQUIRED_then_4501()
    {
        await using var socket = await ChatSocket.ConnectAsync(Server.Root);

        await socket.SendBytesAsync(Encoding.UTF8.GetBytes("{\"type\":\"HELLO\"}"), System.Net.WebSockets.WebSocketMessageType.Binary);

        Assert.Equal("HELLO_REQUIRED", (await socket.ExpectAsync("ERROR")).Text("code"));
        Assert.Equal(4501, await socket.ExpectCloseAsync());
    }

    [Fact]
    public async Task WS_a_second_HELLO_is_VALIDATION_then_4501()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await ada.ConnectAsync();

        var error = await socket.RefusedAsync(new { type = "HELLO", token = ada.Token, @ref = "again" }, "VALIDATION");

        Assert.Equal("again", error.Text("ref"));
        Assert.Equal(4501, await socket.ExpectCloseAsync());
    }

    [Fact]
    public async Task WS_frames_sent_right_behind_HELLO_are_served()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await RawSocket.ConnectAsync(Server.Port);

        await socket.SendBytesAsync([
            .. RawSocket.Encode(RawSocket.TextFrame, Encoding.UTF8.GetBytes(Json.Write(new { type = "HELLO", token = ada.Token }))),
            .. RawSocket.Encode(RawSocket.TextFrame, "{\"type\":\"PING\",\"ref\":\"behind\"}"u8.ToArray()),
        ]);

        await socket.ExpectAsync("HELLO_ACK");
        Assert.Equal("behind", (await socket.ExpectAsync("PONG")).Text("ref"));
    }

    [Fact]
    public async Task WS_the_announced_limits_are_the_contracts()
    {
        await using var server = await ServerProcess.StartAsync();
        var ada = await Guest.CreateAsync(server);
        await using var socket = await ChatSocket.ConnectAsync(server.Root);

        var limits = (await socket.AskAsync(new { type = "HELLO", token = ada.Token }, "HELLO_ACK")).Child("limits");

        limits.AssertMembers("frame_bytes", "json_depth", "message_length", "messages_per_minute", "message_burst", "typing_per_second",
            "frames_per_second", "frame_burst", "connections_per_user", "page", "page_max");
        Assert.Equal("65536 8 4000 60 20 1 30 60 10 100 200", string.Join(' ', new[]
        {
            "frame_bytes", "json_depth", "message_length", "messages_per_minute", "message_burst", "typing_per_second",
            "frames_per_second", "frame_burst", "connections_per_user", "page", "page_max",
        }.Select(name => limits.Number(name))));
    }

    [Fact]
    public async Task WS_the_epoch_is_the_same_for_all_and_outlives_a_restart()
    {
        await using var server = await ServerProcess.StartAsync();
        var (ada, bob) = await Guest.PairAsync(server);

        var epochs = new List<string> { await EpochAsync(ada), await EpochAsync(bob) };
        await server.KillAsync();
        await server.StartAgainAsync();
        epochs.Add(await EpochAsync(ada));

        Assert.Single(epochs.Distinct(StringComparer.Ordinal));
    }

    private static async Task<string> EpochAsync(Guest guest)
    {
        await using var socket = await ChatSocket.ConnectAsync(guest.Server.Root);
        return (await socket.AskAsync(new { type = "HELLO", token = guest.Token }, "HELLO_ACK")).Text("epoch");
    }
}

public sealed class HelloTimeoutTests(OpenServer open)
{
    [Fact]
    public async Task WS_without_HELLO_within_5_s_it_is_HELLO_TIMEOUT_then_4002()
    {
        await using var socket = await ChatSocket.ConnectAsync(open.Server.Root);
        var start = socket.Now;

        var error = await socket.ExpectAsync("ERROR", within: Patience.Bound(5));

        Assert.Equal("HELLO_TIMEOUT", error.Text("code"));
        Assert.Equal(4002, await socket.ExpectCloseAsync());
        Assert.InRange((socket.Arrivals[0].At - start).TotalSeconds, 4.5, Patience.Bound(5).TotalSeconds);
    }

    [Fact]
    public async Task WS_a_HELLO_that_comes_in_slow_bytes_does_not_hold_the_door_open()
    {
        await using var socket = await RawSocket.ConnectAsync(open.Server.Port);
        var frame = RawSocket.Encode(RawSocket.TextFrame, new byte[4000]);
        var end = socket.ExpectEndAsync(Patience.Bound(10));

        for (var index = 0; index < frame.Length && !end.IsCompleted; index++)
        {
            try
            {
                await socket.SendBytesAsync([frame[index]]);
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(end, Task.Delay(50));
        }

        Assert.Contains(await end, new int?[] { 4002, null });
    }
}
