namespace FastChat.EndToEndTests.Gateway;

/// <summary>MSG: who may be addressed how, and that every refusal names the message.</summary>
public sealed class MessageFrameTests(OpenServer open)
{
    private const string Nobody = "0190b5a0-0000-7000-8000-000000000000";

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task GW3_MSG_is_answered_with_MSG_ACK_and_reaches_the_other_side()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectAsync();
        await using var other = await bob.ConnectAsync();
        var id = Guest.NewId();

        var ack = await socket.AskAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "hello", @ref = "mine" }, "MSG_ACK");
        var message = await other.ExpectAsync("MSG");

        ack.AssertMembers("type", "chat_id", "message_id", "seq", "rev", "sent_at", "duplicate", "ref");
        Assert.Equal((chat, id, 1, 1, false, "mine"), (ack.Text("chat_id"), ack.Text("message_id"), ack.Number("seq"), ack.Number("rev"),
            ack.Flag("duplicate"), ack.Text("ref")));
        message.AssertMembers("type", "chat_id", "message_id", "seq", "rev", "sender_id", "content", "sent_at", "edited_at?", "deleted_at?");
        Assert.Equal((chat, id, 1, 1, ada.Id, "hello"), (message.Text("chat_id"), message.Text("message_id"), message.Number("seq"),
            message.Number("rev"), message.Text("sender_id"), message.Text("content")));
        Assert.Equal(ack.Time("sent_at"), message.Time("sent_at"));
        await socket.AssertQuietAsync();
    }

    [Theory]
    [InlineData("""{"type":"MSG","to":"NOBODY","message_id":"MID","content":"x"}""", "USER_NOT_FOUND")]
    [InlineData("""{"type":"MSG","chat_id":"NOBODY","message_id":"MID","content":"x"}""", "CHAT_NOT_FOUND")]
    [InlineData("""{"type":"MSG","chat_id":"NOBODY","to":"NOBODY","message_id":"MID","content":"x"}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","message_id":"MID","content":"x"}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","chat_id":null,"to":null,"message_id":"MID","content":"x"}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","chat_id":5,"message_id":"MID","content":"x"}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","to":[],"message_id":"MID","content":"x"}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","to":"nonsense","message_id":"MID","content":"x"}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","chat_id":"NOBODY","message_id":"MID"}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","chat_id":"NOBODY","message_id":"MID","content":null}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","chat_id":"NOBODY","message_id":"MID","content":5}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","chat_id":"NOBODY","message_id":"MID","content":["x"]}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","chat_id":"NOBODY","message_id":"MID","content":""}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","to":"SELF","message_id":"MID","content":"x"}""", "VALIDATION")]
    [InlineData("""{"type":"MSG","chat_id":"NOBODY","message_id":"MID","content":"x","ref":5}""", "VALIDATION")]
    [InlineData("""{"content":"x","message_id":"MID","chat_id":"NOBODY","type":"MSG"}""", "CHAT_NOT_FOUND")]
    public async Task GW3_a_refused_MSG_is_answered_with_its_message_id(string template, string code)
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await ada.ConnectAsync();
        var id = Guest.NewId();
        var frame = template.Replace("NOBODY", Nobody, StringComparison.Ordinal).Replace("MID", id, StringComparison.Ordinal)
            .Replace("SELF", ada.Id, StringComparison.Ordinal);

        var error = await socket.RefusedAsync(frame, code);

        Assert.Equal(id, error.Text("message_id"));
        await socket.AssertQuietAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","message_id":null""")]
    [InlineData(""","message_id":5""")]
    [InlineData(""","message_id":"nonsense" """)]
    [InlineData(""","message_id":"0190B5A0-0000-7000-8000-000000000000" """)]
    public async Task GW3_a_MSG_without_a_good_message_id_is_VALIDATION(string member)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var socket = await ada.ConnectAsync();

        var error = await socket.RefusedAsync($$"""{"type":"MSG","to":"{{bob.Id}}","content":"x","ref":"r"{{member}}}""", "VALIDATION");

        Assert.Contains("message_id", error.Text("message"), StringComparison.Ordinal);
        Assert.Equal("r", error.Text("ref"));
        await socket.AssertQuietAsync();
    }

    [Fact]
    public async Task GW2_refusals_of_a_frame_come_in_the_contracts_order()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectAsync();
        var id = Guest.NewId();
        await socket.AskAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "first" }, "MSG_ACK");
        var tooLong = new string('x', 4001);

        await socket.RefusedAsync("""{"type":"NOPE","type":"NOPE"}""", "INVALID_JSON");
        await socket.RefusedAsync("""{"type":"NOPE","chat_id":5}""", "UNKNOWN_TYPE");
        await socket.RefusedAsync(new { type = "MSG", chat_id = Nobody, message_id = id, content = tooLong }, "TOO_LARGE");
        await socket.RefusedAsync(new { type = "MSG", chat_id = Nobody, message_id = id, content = " " }, "VALIDATION");
        await socket.RefusedAsync(new { type = "MSG", chat_id = Nobody, message_id = id, content = "other" }, "CHAT_NOT_FOUND");
        await socket.RefusedAsync(new { type = "MSG", to = Nobody, message_id = id, content = "other" }, "USER_NOT_FOUND");
        await socket.RefusedAsync(new { type = "MSG", chat_id = chat, message_id = id, content = "other" }, "CONFLICT");
        await socket.AssertQuietAsync();
    }
}
