using System.Text;

namespace FastChat.EndToEndTests.Gateway;

/// <summary>Frames that no honest client sends.</summary>
public sealed class HostileFrameTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    public static TheoryData<string> NotOneGoodObject =>
    [
        "", " ", "x", "{", "}", "[]", "[{\"type\":\"PING\"}]", "null", "true", "5", "\"PING\"", "{\"type\":\"PING\"", "{\"type\":\"PING\"}}",
        "{\"type\":\"PING\"} {\"type\":\"PING\"}", "{\"type\":\"PING\",}", "{type:\"PING\"}", "{'type':'PING'}", "{\"type\":\"PING\"}//",
        "/**/{\"type\":\"PING\"}", "{\"type\":\"PING\",\"x\":01}", "{\"type\":\"PING\",\"x\":NaN}", "{\"type\":\"PING\",\"x\":+1}",
        "{\"type\":\"PING\",\"x\":\"\t\"}", "{\"type\":\"PING\",\"x\":\"\\x41\"}", "{\"type\":\"PING\",\"x\":\"\\u12\"}",
        // A member twice: known, unknown, and in two spellings of one name.
        "{\"type\":\"PING\",\"type\":\"PING\"}", "{\"type\":\"PING\",\"ref\":\"a\",\"ref\":\"a\"}", "{\"type\":\"PING\",\"x\":1,\"x\":2}",
        "{\"type\":\"PING\",\"\":1,\"\":2}", "{\"type\":\"PING\",\"x\":1,\"\\u0078\":2}", "{\"t\\u0079pe\":\"PING\",\"type\":\"PING\"}",
        "{\"type\":\"PING\",\"\\u0072ef\":\"a\",\"ref\":\"b\"}", "{\"type\":\"PING\",\"ü\":1,\"\\u00fc\":2}",
        "{\"type\":\"PING\",\"😀\":1,\"\\ud83d\\ude00\":2}",
        // Half a surrogate pair: in values and names, known and unknown, deep and shallow.
        "{\"type\":\"PING\",\"ref\":\"\\ud800\"}", "{\"type\":\"PING\",\"ref\":\"\\udc00\\ud800\"}", "{\"type\":\"PING\",\"x\":\"a\\ud83d\"}",
        "{\"type\":\"PING\",\"x\":\"\\ude00b\"}", "{\"type\":\"PING\",\"\\ud800\":1}", "{\"type\":\"PING\",\"x\":{\"\\udfff\":1}}",
        "{\"type\":\"PING\",\"x\":[[\"\\ud800x\"]]}", "{\"type\":\"\\ud800\"}", "{\"type\":\"PING\",\"x\":\"\\ud800\\u0041\"}",
        "{\"type\":\"PING\",\"x\":\"\\ud800\\ud800\\udc00\"}",
        // Deeper than 8, the frame's own object counted.
        Deep(9), Deep(64), Deep(5000),
    ];

    [Theory]
    [MemberData(nameof(NotOneGoodObject))]
    public async Task GW2_what_is_not_one_good_json_object_costs_one_INVALID_JSON(string frame)
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();

        await socket.RefusedAsync(frame, "INVALID_JSON");

        await socket.AssertQuietAsync();
    }

    [Theory]
    [InlineData("{\"type\":\"PING\",\"ref\":\"\\ud83d\\ude00\"}")]
    [InlineData("{\"type\":\"PING\",\"ref\":\"😀\"}")]
    [InlineData("{\"t\\u0079pe\":\"PIN\\u0047\",\"r\\u0065f\":\"\\uD83D\\uDE00\"}")]
    [InlineData(" \r\n\t{ \"type\" : \"PING\" , \"ref\" : \"😀\" } \n")]
    public async Task WS_other_spellings_of_good_json_are_good(string frame)
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();

        Assert.Equal("😀", (await socket.AskAsync(frame, "PONG")).Text("ref"));
    }

    [Fact]
    public async Task GW2_a_depth_of_8_passes()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectAsync();

        await socket.AskAsync(Deep(8), "PONG");
        await socket.AskAsync("{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{}}}}}}},\"type\":\"PING\"}", "PONG");
        await socket.RefusedAsync("{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{\"x\":{}}}}}}}},\"type\":\"PING\"}", "INVALID_JSON");
    }

    [Fact]
    public async Task WS_a_binary_frame_closes_with_1003()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        await socket.SendFrameAsync(RawSocket.BinaryFrame, "{\"type\":\"PING\"}"u8.ToArray());

        Assert.Equal(1003, await socket.ExpectEndAsync());
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xe2, 0x82 })]
    public async Task WS_a_text_that_is_not_utf8_closes_with_1007(byte[] bytes)
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        await socket.SendFrameAsync(RawSocket.TextFrame, [.. "{\"type\":\"PING\",\"x\":\""u8, .. bytes, .. "\"}"u8]);

        Assert.Equal(1007, await socket.ExpectEndAsync());
    }

    [Fact]
    public async Task WS_a_character_may_be_cut_between_fragments()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();
        var bytes = Encoding.UTF8.GetBytes("{\"type\":\"PING\",\"ref\":\"€😀\"}");
        var cut = Array.IndexOf(bytes, (byte)0xe2) + 1;

        await socket.SendFrameAsync(RawSocket.TextFrame, bytes[..cut], final: false);
        await socket.SendFrameAsync(RawSocket.Continuation, bytes[cut..]);

        Assert.Equal("€😀", (await socket.ExpectAsync("PONG")).Text("ref"));
    }

    [Theory]
    [InlineData(new byte[] { 0x83, 0x80, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0xf1, 0x80, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x80, 0x80, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x09, 0x80, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x89, 0xfe, 0, 126, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 })]
    public async Task WS_bytes_that_are_no_WebSocket_frame_end_only_their_own_connection(byte[] bytes)
    {
        var ada = await Guest.CreateAsync(Server);
        await using var other = await ada.ConnectAsync();
        await using var socket = await ada.ConnectRawAsync();

        await socket.SendBytesAsync(bytes);

        Assert.Contains(await socket.ExpectEndAsync(), new int?[] { 1002, 1009, null });
        await other.AssertQuietAsync();
    }

    [Fact]
    public async Task WS_a_close_frame_is_answered()
    {
        await using var polite = await (await Guest.CreateAsync(Server)).ConnectRawAsync();
        await using var terse = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        await polite.SendFrameAsync(RawSocket.Close, [0x03, 0xe8]);
        await terse.SendFrameAsync(RawSocket.Close, []);

        Assert.Equal(1000, await polite.ExpectEndAsync());
        Assert.Contains(await terse.ExpectEndAsync(), new int?[] { 1000, 1005 });
    }

    [Fact]
    public async Task WS_a_ping_is_answered_between_the_fragments_of_a_message()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        await socket.SendFrameAsync(RawSocket.TextFrame, "{\"type\":"u8.ToArray(), final: false);
        await socket.SendFrameAsync(RawSocket.Ping, "are you there"u8.ToArray());
        WireFrame? frame;
        do
        {
            frame = await socket.ReadAsync(Patience.Answer);
        }
        while (frame is { Opcode: RawSocket.TextFrame });

        Assert.Equal((RawSocket.Pong, "are you there"), (frame!.Opcode, frame.Text));
        await socket.SendFrameAsync(RawSocket.Continuation, "\"PING\",\"ref\":\"whole\"}"u8.ToArray());
        Assert.Equal("whole", (await socket.ExpectAsync("PONG")).Text("ref"));
    }

    private static string Deep(int depth) =>
        "{\"type\":\"PING\",\"x\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
}
