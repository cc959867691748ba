namespace FastChat.EndToEndTests.Gateway;

/// <summary>Every client frame's members, answers and refusals, on connections that stay usable.</summary>
public sealed class FrameTests(OpenServer open)
{
    private const string Id = "0190b5a0-0000-7000-8000-000000000000";

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task WS_PING_is_answered_with_the_servers_time_and_its_ref()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();

        var plain = await socket.AskAsync(new { type = "PING" }, "PONG");
        var named = await socket.AskAsync(new { type = "PING", @ref = "mine" }, "PONG");

        plain.AssertMembers("type", "server_time");
        named.AssertMembers("type", "server_time", "ref");
        Assert.Equal("mine", named.Text("ref"));
        Assert.InRange((plain.Time("server_time") - DateTimeOffset.UtcNow).TotalSeconds, -5, 5);
    }

    [Fact]
    public async Task WS_unknown_members_are_ignored_and_members_come_in_any_order()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();

        var pong = await socket.AskAsync("""{"new":{"a":[1,2,{"b":null}]},"ref":"x","other":1e400,"type":"PING","":true}""", "PONG");

        Assert.Equal("x", pong.Text("ref"));
    }

    [Theory]
    [InlineData("""{"type":"NOPE","ref":"r"}""", "UNKNOWN_TYPE")]
    [InlineData("""{"type":"ping","ref":"r"}""", "UNKNOWN_TYPE")]
    [InlineData("""{"type":"","ref":"r"}""", "UNKNOWN_TYPE")]
    [InlineData("""{"type":"PONG","ref":"r"}""", "UNKNOWN_TYPE")]
    [InlineData("""{"type":"HELLO_ACK","ref":"r"}""", "UNKNOWN_TYPE")]
    [InlineData("""{"type":"PRESENCE","ref":"r"}""", "UNKNOWN_TYPE")]
    [InlineData("""{"type":"ERROR","ref":"r"}""", "UNKNOWN_TYPE")]
    [InlineData("""{"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":null,"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":5,"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":["PING"],"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":{"a":"PING"},"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"Type":"PING","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"OPEN_CHAT","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"OPEN_CHAT","user_id":null,"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"OPEN_CHAT","user_id":5,"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"OPEN_CHAT","user_id":"nonsense","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"OPEN_CHAT","user_id":"0190B5A0-0000-7000-8000-000000000000","ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"OPEN_CHAT","user_id":"{{Id}}","ref":"r"}""", "USER_NOT_FOUND")]
    [InlineData("""{"type":"OPEN_CHAT","user_id":"00000000-0000-0000-0000-000000000000","ref":"r"}""", "USER_NOT_FOUND")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}","seq":1,"ref":"r"}""", "CHAT_NOT_FOUND")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}","ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}","seq":"1","ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}","seq":-1,"ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}","seq":1.5,"ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}","seq":true,"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"READ","chat_id":"x","seq":1,"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"READ","seq":1,"ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"DELIVERED","chat_id":"{{Id}}","seq":1,"ref":"r"}""", "CHAT_NOT_FOUND")]
    [InlineData($$"""{"type":"DELIVERED","chat_id":"{{Id}}","seq":null,"ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"DELIVERED","chat_id":"{{Id}}","seq":-5,"ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"TYPING","chat_id":"{{Id}}","is_typing":true,"ref":"r"}""", "CHAT_NOT_FOUND")]
    [InlineData($$"""{"type":"TYPING","chat_id":"{{Id}}","ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"TYPING","chat_id":"{{Id}}","is_typing":1,"ref":"r"}""", "VALIDATION")]
    [InlineData($$"""{"type":"TYPING","chat_id":"{{Id}}","is_typing":"true","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"TYPING","is_typing":true,"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"STATUS","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"STATUS","status":"offline","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"STATUS","status":"ONLINE","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"STATUS","status":1,"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"WATCH","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"WATCH","user_ids":"x","ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"WATCH","user_ids":{},"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"WATCH","user_ids":[5],"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"WATCH","user_ids":[null],"ref":"r"}""", "VALIDATION")]
    [InlineData("""{"type":"WATCH","user_ids":["nonsense"],"ref":"r"}""", "VALIDATION")]
    public async Task GW2_a_refused_frame_costs_one_error_with_its_ref_and_the_connection_stays_usable(string frame, string code)
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();

        var error = await socket.RefusedAsync(frame, code);

        Assert.Equal("r", error.Text("ref"));
        Assert.False(error.Has("message_id"));
        await socket.AssertQuietAsync();
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("64", false)]
    [InlineData("65", true)]
    public async Task WS_a_ref_is_a_string_of_up_to_64_characters(string length, bool refused)
    {
        var name = new string('r', int.Parse(length, System.Globalization.CultureInfo.InvariantCulture));
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();

        if (refused)
        {
            await socket.RefusedAsync(new { type = "PING", @ref = name }, "VALIDATION");
        }
        else
        {
            Assert.Equal(name, (await socket.AskAsync(new { type = "PING", @ref = name }, "PONG")).Text("ref"));
        }

        await socket.AssertQuietAsync();
    }

    [Theory]
    [InlineData("5")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[\"r\"]")]
    public async Task WS_a_ref_that_is_no_string_is_VALIDATION(string value)
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();

        var error = await socket.RefusedAsync($$"""{"type":"PING","ref":{{value}}}""", "VALIDATION");

        Assert.False(error.Has("ref"));
        await socket.AssertQuietAsync();
    }

    [Fact]
    public async Task WS_an_optional_member_given_as_null_counts_as_absent()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var socket = await ChatSocket.ConnectAsync(Server.Root);

        await socket.AskAsync($$"""{"type":"HELLO","token":"{{ada.Token}}","client":null,"ref":null}""", "HELLO_ACK");
        var pong = await socket.AskAsync("""{"type":"PING","ref":null}""", "PONG");
        var ack = await socket.AskAsync($$"""{"type":"MSG","chat_id":null,"to":"{{bob.Id}}","message_id":"{{Guest.NewId()}}","content":"hi"}""", "MSG_ACK");

        Assert.False(pong.Has("ref"));
        Assert.Equal(1, ack.Number("seq"));
    }

    [Fact]
    public async Task WS_WATCH_is_answered_with_the_present_state_of_those_known()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var offline = await Guest.CreateAsync(Server);
        await using var socket = await ada.ConnectAsync();
        await using var other = await bob.ConnectAsync();

        await socket.SendAsync(new { type = "WATCH", user_ids = new[] { bob.Id, offline.Id, Guest.NewId(), Guest.NewId() }, @ref = "watch" });
        var answer = await socket.ExpectAsync("PRESENCE", frame => frame.Has("ref"));

        answer.AssertMembers("type", "full", "complete", "users", "online_count", "ref");
        Assert.Equal("watch", answer.Text("ref"));
        Assert.False(answer.Flag("full"));
        Assert.Equal(new[] { (bob.Id, "online"), (offline.Id, "offline") }.Order(),
            answer.Children("users").Select(user => (user.Text("user_id"), user.Text("status"))).Order());
        foreach (var user in answer.Children("users"))
        {
            user.AssertMembers("user_id", "display_name", "status", "last_seen");
        }
    }

    [Fact]
    public async Task WS_WATCH_takes_500_ids_and_not_one_more()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();
        var ids = Enumerable.Range(0, 501).Select(_ => Guest.NewId()).ToArray();

        await socket.SendAsync(new { type = "WATCH", user_ids = ids.Take(500), @ref = "500" });
        await socket.ExpectAsync("PRESENCE", frame => frame.Has("ref"));
        await socket.RefusedAsync(new { type = "WATCH", user_ids = ids }, "VALIDATION");
        await socket.SendAsync(new { type = "WATCH", user_ids = Array.Empty<string>(), @ref = "none" });
        var none = await socket.ExpectAsync("PRESENCE", frame => frame.Has("ref"));

        Assert.Empty(none.Children("users"));
    }

    [Fact]
    public async Task WS_frames_without_an_answer_have_none()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectAsync();

        await socket.SendAsync(new { type = "STATUS", status = "away", @ref = "a" });
        await socket.SendAsync(new { type = "TYPING", chat_id = chat, is_typing = true, @ref = "b" });
        await socket.SendAsync(new { type = "READ", chat_id = chat, seq = 0, @ref = "c" });
        await socket.SendAsync(new { type = "DELIVERED", chat_id = chat, seq = 0, @ref = "d" });

        await socket.AssertQuietAsync();
    }
}
