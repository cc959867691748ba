using System.Text;
using FastChat.Protocol;
using Xunit;

namespace FastChat.Server.Tests.Protocol;

public sealed class ClientFrameParserTests
{
    private const string Id = "0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c04";
    private const string OtherId = "0199f3a4-9e71-7c25-9f06-3a8d5b1e7f05";

    private static readonly Guid Chat = Guid.Parse(Id);
    private static readonly Guid Message = Guid.Parse(OtherId);

    public static TheoryData<string, ClientFrame> GoodFrames => new()
    {
        { """{"type":"HELLO","token":"t"}""", new HelloFrame("t", null) },
        { """{"type":"HELLO","token":"t","client":"c/1","ref":"r"}""", new HelloFrame("t", "c/1") { Ref = "r" } },
        { """{"type":"HELLO"}""", new HelloFrame(null, null) },
        { """{"type":"HELLO","token":7,"client":null}""", new HelloFrame(null, null) },
        { $$"""{"type":"OPEN_CHAT","user_id":"{{Id}}"}""", new OpenChatFrame(Chat) },
        { $$"""{"type":"MSG","chat_id":"{{Id}}","message_id":"{{OtherId}}","content":"x"}""", new SendFrame(Chat, null, Message, "x") },
        { $$"""{"content":"","message_id":"{{OtherId}}","to":"{{Id}}","type":"MSG"}""", new SendFrame(null, Chat, Message, string.Empty) },
        { $$"""{"type":"MSG","chat_id":null,"to":"{{Id}}","message_id":"{{OtherId}}","content":"x"}""", new SendFrame(null, Chat, Message, "x") },
        { $$"""{"type":"READ","chat_id":"{{Id}}","seq":0}""", new AdvanceFrame(true, Chat, 0) },
        { $$"""{"type":"DELIVERED","chat_id":"{{Id}}","seq":9223372036854775807}""", new AdvanceFrame(false, Chat, long.MaxValue) },
        { $$"""{"type":"TYPING","chat_id":"{{Id}}","is_typing":true}""", new TypingSignal(Chat, true) },
        { $$"""{"type":"TYPING","chat_id":"{{Id}}","is_typing":false}""", new TypingSignal(Chat, false) },
        { """{"type":"STATUS","status":"online"}""", new StatusFrame(false) },
        { """{"type":"STATUS","status":"away"}""", new StatusFrame(true) },
        { """{"type":"PING","ref":"p","later":{"x":[1]}}""", new PingFrame { Ref = "p" } },
        { """{"\u0074ype":"\u0050ING"}""", new PingFrame() },
    };

    [Theory]
    [MemberData(nameof(GoodFrames))]
    public void Every_frame_is_read_with_its_members(string json, ClientFrame expected)
    {
        var parsed = Parse(json);
        Assert.Null(parsed.Refusal);
        Assert.Equal(expected, parsed.Frame);
        Assert.Equal(expected.Ref, parsed.Ref);
    }

    [Theory]
    [InlineData("""{"type":"HELLO","token":"t","client":7}""", "client")]
    [InlineData("""{"type":"OPEN_CHAT"}""", "user_id")]
    [InlineData("""{"type":"OPEN_CHAT","user_id":null}""", "user_id")]
    [InlineData("""{"type":"OPEN_CHAT","user_id":"me"}""", "user_id")]
    [InlineData($$"""{"type":"OPEN_CHAT","user_id":["{{Id}}"]}""", "user_id")]
    [InlineData($$"""{"type":"MSG","message_id":"{{OtherId}}","content":"x"}""", "chat_id")]
    [InlineData($$"""{"type":"MSG","chat_id":"{{Id}}","to":"{{Id}}","message_id":"{{OtherId}}","content":"x"}""", "chat_id")]
    [InlineData($$"""{"type":"MSG","chat_id":7,"message_id":"{{OtherId}}","content":"x"}""", "chat_id")]
    [InlineData($$"""{"type":"MSG","to":"X","message_id":"{{OtherId}}","content":"x"}""", "to")]
    [InlineData($$"""{"type":"MSG","chat_id":"{{Id}}","content":"x"}""", "message_id")]
    [InlineData($$"""{"type":"MSG","chat_id":"{{Id}}","message_id":"1","content":"x"}""", "message_id")]
    [InlineData($$"""{"type":"MSG","chat_id":"{{Id}}","message_id":"{{OtherId}}"}""", "content")]
    [InlineData($$"""{"type":"MSG","chat_id":"{{Id}}","message_id":"{{OtherId}}","content":null}""", "content")]
    [InlineData($$"""{"type":"MSG","chat_id":"{{Id}}","message_id":"{{OtherId}}","content":["x"]}""", "content")]
    [InlineData($$"""{"type":"READ","seq":1}""", "chat_id")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}"}""", "seq")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}","seq":"1"}""", "seq")]
    [InlineData($$"""{"type":"READ","chat_id":"{{Id}}","seq":-1}""", "seq")]
    [InlineData($$"""{"type":"DELIVERED","chat_id":"{{Id}}","seq":1.5}""", "seq")]
    [InlineData($$"""{"type":"DELIVERED","chat_id":"{{Id}}","seq":9223372036854775808}""", "seq")]
    [InlineData($$"""{"type":"TYPING","is_typing":true}""", "chat_id")]
    [InlineData($$"""{"type":"TYPING","chat_id":"{{Id}}"}""", "is_typing")]
    [InlineData($$"""{"type":"TYPING","chat_id":"{{Id}}","is_typing":1}""", "is_typing")]
    [InlineData($$"""{"type":"TYPING","chat_id":"{{Id}}","is_typing":"true"}""", "is_typing")]
    [InlineData("""{"type":"STATUS"}""", "status")]
    [InlineData("""{"type":"STATUS","status":"offline"}""", "status")]
    [InlineData("""{"type":"STATUS","status":"Away"}""", "status")]
    [InlineData("""{"type":"STATUS","status":true}""", "status")]
    [InlineData("""{"type":"WATCH"}""", "user_ids")]
    [InlineData($$"""{"type":"WATCH","user_ids":"{{Id}}"}""", "user_ids")]
    [InlineData("""{"type":"WATCH","user_ids":{}}""", "user_ids")]
    [InlineData("""{"type":"WATCH","user_ids":[null]}""", "user_ids")]
    [InlineData($$"""{"type":"WATCH","user_ids":["{{Id}}",["{{Id}}"]]}""", "user_ids")]
    [InlineData("""{"type":"PING","ref":7}""", "ref")]
    [InlineData("""{"token":"t"}""", "type")]
    [InlineData("""{"type":null}""", "type")]
    [InlineData("""{"type":7}""", "type")]
    [InlineData("""{"type":["PING"]}""", "type")]
    public void A_bad_member_is_named(string json, string member)
    {
        var parsed = Parse(json);
        Assert.Null(parsed.Frame);
        Assert.Equal((ErrorCode.Validation, member), (parsed.Refusal!.Code, parsed.Refusal.Member));
        Assert.StartsWith($"`{member}` ", parsed.Refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":""}""")]
    [InlineData("""{"type":"ping"}""")]
    [InlineData("""{"type":"PING "}""")]
    [InlineData("""{"type":"MSG_ACK"}""")]
    [InlineData("""{"type":"PONG","ref":7}""")]
    public void A_type_that_no_client_sends_is_unknown(string json) => Assert.Equal(ErrorCode.UnknownType, Parse(json).Refusal?.Code);

    [Fact]
    public void Refusals_come_in_the_order_JSON_type_members()
    {
        Assert.Equal(ErrorCode.InvalidJson, Parse("""{"type":"NO","type":"NO","ref":7}""").Refusal?.Code);
        Assert.Equal(ErrorCode.InvalidJson, Parse("""{"type":7,"x":"\ud83d"}""").Refusal?.Code);
        Assert.Equal("type", Parse("""{"type":7,"ref":7}""").Refusal?.Member);
        Assert.Equal(ErrorCode.UnknownType, Parse("""{"type":"NO","ref":7}""").Refusal?.Code);
        Assert.Equal("ref", Parse("""{"type":"MSG","ref":7}""").Refusal?.Member);
    }

    [Fact]
    public void A_ref_has_up_to_64_characters_of_any_plane()
    {
        var longest = string.Concat(Enumerable.Repeat("😀", ClientFrameParser.MaxRefLength));
        Assert.Equal(longest, Parse($$"""{"type":"PING","ref":"{{longest}}"}""").Frame?.Ref);
        var parsed = Parse($$"""{"type":"PING","ref":"{{longest}}x"}""");
        Assert.Equal(("ref", (string?)null), (parsed.Refusal?.Member, parsed.Ref));
    }

    [Fact]
    public void What_is_readable_of_a_refused_frame_goes_back_with_the_answer()
    {
        var message = Parse($$"""{"type":"MSG","chat_id":7,"message_id":"{{OtherId}}","ref":"r"}""");
        Assert.Equal(("MSG", "r", (Guid?)Message), (message.Type, message.Ref, message.MessageId));
        var badRef = Parse($$"""{"type":"MSG","chat_id":"{{Id}}","message_id":"{{OtherId}}","content":"x","ref":7}""");
        Assert.Equal(((string?)null, (Guid?)Message, "ref"), (badRef.Ref, badRef.MessageId, badRef.Refusal?.Member));
        var badId = Parse("""{"type":"MSG","message_id":"1","ref":"r"}""");
        Assert.Equal(("r", (Guid?)null), (badId.Ref, badId.MessageId));
        var unknown = Parse($$"""{"type":"NO","message_id":"{{OtherId}}","ref":"r"}""");
        Assert.Equal(("NO", "r", (Guid?)null), (unknown.Type, unknown.Ref, unknown.MessageId));
        var noType = Parse("""{"ref":"r"}""");
        Assert.Equal(((string?)null, "r"), (noType.Type, noType.Ref));
        Assert.Equal(new ParsedFrame(null, null, Parse("[").Refusal, null, null), Parse("["));
    }

    [Fact]
    public void A_watch_names_up_to_500_users()
    {
        static string Watch(int count) =>
            $$"""{"type":"WATCH","user_ids":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{new Guid(i, 0, 0, new byte[8])}\""))}}]}""";
        Assert.Empty(Assert.IsType<WatchFrame>(Parse(Watch(0)).Frame).UserIds);
        var most = Assert.IsType<WatchFrame>(Parse(Watch(500)).Frame).UserIds;
        Assert.Equal(Enumerable.Range(0, 500).Select(i => new Guid(i, 0, 0, new byte[8])), most);
        Assert.Equal("user_ids", Parse(Watch(501)).Refusal?.Member);
    }

    [Fact]
    public void A_client_s_name_has_up_to_256_characters()
    {
        static string Hello(int length) => $$"""{"type":"HELLO","token":"t","client":"{{new string('c', length)}}"}""";
        Assert.Equal(new HelloFrame("t", new string('c', 256)), Parse(Hello(256)).Frame);
        Assert.Equal("client", Parse(Hello(257)).Refusal?.Member);
    }

    private static ParsedFrame Parse(string json) => ClientFrameParser.Parse(Encoding.UTF8.GetBytes(json));
}
