using System.Text;
using System.Text.Json;
using FastChat.Protocol;
using Xunit;

namespace FastChat.Server.Tests.Protocol;

public sealed class FrameWriterTests
{
    private static readonly Guid Id = Guid.Parse("0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c04");
    private static readonly DateTimeOffset At = new(2026, 10, 17, 11, 30, 2, 250, TimeSpan.FromHours(2));

    [Fact]
    public void A_frame_is_one_object_with_its_type_first_and_without_absent_members()
    {
        AssertBytes("""{"type":"PONG","server_time":"2026-10-17T09:30:02.250Z"}""", new PongFrame(At, null));
        AssertBytes("""{"type":"PONG","server_time":"2026-10-17T09:30:02.250Z","ref":""}""", new PongFrame(At, string.Empty));
        AssertBytes($$"""{"type":"TYPING","chat_id":"{{Id}}","user_id":"{{Id}}","is_typing":false}""", new TypingFrame(Id, Id, false));
        AssertBytes($$"""{"type":"READ","chat_id":"{{Id}}","user_id":"{{Id}}","seq":7}""", new PositionFrame("READ", Id, Id, 7));
        AssertBytes("""{"type":"RECONNECT","after_ms":0,"reason":"why"}""", new ReconnectFrame(0, "why"));
        AssertBytes(
            """{"type":"PRESENCE","full":false,"complete":true,"users":[],"online_count":0}""", new PresenceFrame(false, true, [], 0));
    }

    [Fact]
    public void CH7_content_is_written_as_it_is_and_escaped_only_by_JSON_s_needs_and_beyond_the_basic_plane() => AssertBytes(
        $$"""{"type":"MSG","chat_id":"{{Id}}","message_id":"{{Id}}","seq":1,"rev":1,"sender_id":"{{Id}}","content":"<b>&'é\uD83D\uDC4B\"\\\n","sent_at":"2026-10-17T09:30:02.250Z"}""",
        Message("<b>&'é👋\"\\\n"));

    [Fact]
    public void Members_of_an_edited_or_deleted_message_stand_where_they_are_known()
    {
        var json = Text(Message("x") with { EditedAt = At.AddMilliseconds(1), DeletedAt = At.AddMilliseconds(2) });
        Assert.EndsWith("\"sent_at\":\"2026-10-17T09:30:02.250Z\",\"edited_at\":\"2026-10-17T09:30:02.251Z\",\"deleted_at\":\"2026-10-17T09:30:02.252Z\"}", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", null)]
    [InlineData("\"é\\\n\u0001👋 <b>\u2028", "r \" 1")]
    public void The_frames_written_by_hand_are_those_that_the_serializer_writes(string content, string? reference)
    {
        MessageFrame[] messages = [Message(content), Message(content) with { EditedAt = At.AddYears(-1), DeletedAt = DateTimeOffset.UnixEpoch.AddTicks(9_999) }, (MessageFrame)Message(content).ToHidden()];
        foreach (var message in messages)
        {
            Assert.Equal(Encoding.UTF8.GetString(FrameWriter.Encode<MessageFrame>(message).Span), Encoding.UTF8.GetString(FrameWriter.Encode(message).Span));
        }

        var ack = new MessageAckFrame(Id, Id, long.MaxValue, 1, At, Duplicate: reference is null, reference);
        Assert.Equal(Encoding.UTF8.GetString(FrameWriter.Encode<MessageAckFrame>(ack).Span), Encoding.UTF8.GetString(FrameWriter.Encode(ack).Span));
    }

    [Fact]
    public void An_empty_chat_says_null_for_its_last_message()
    {
        var chat = new ChatBody
        {
            ChatId = Id,
            Kind = "direct",
            Members = [new MemberBody(Id, "A", 0, 0)],
            LastSeq = 0,
            Rev = 0,
            LastMessage = null,
            Unread = 0,
            UpdatedAt = At,
        };
        AssertBytes(
            $$"""{"type":"CHAT_OPENED","chat":{"chat_id":"{{Id}}","kind":"direct","members":[{"user_id":"{{Id}}","display_name":"A","delivered_seq":0,"read_seq":0}],"last_seq":0,"rev":0,"last_message":null,"unread":0,"updated_at":"2026-10-17T09:30:02.250Z"}""" + "}",
            new ChatOpenedFrame(chat, null));
    }

    [Fact]
    public void An_error_rounds_its_wait_up()
    {
        AssertBytes(
            $$"""{"type":"ERROR","code":"RATE_LIMITED","message":"slow","ref":"r","message_id":"{{Id}}","retry_after_ms":1}""",
            ErrorFrame.From(new Refusal(ErrorCode.RateLimited, "slow", TimeSpan.FromTicks(1)), "r", Id));
        AssertBytes("""{"type":"ERROR","code":"INVALID_JSON","message":"bad"}""", ErrorFrame.From(new Refusal(ErrorCode.InvalidJson, "bad"), null, null));
    }

    [Theory]
    [InlineData(2026, 1, 2, 3, 4, 5, 0, 0, "2026-01-02T03:04:05.000Z")]
    [InlineData(2026, 1, 2, 3, 4, 5, 999, 0, "2026-01-02T03:04:05.999Z")]
    [InlineData(2026, 1, 1, 0, 30, 0, 0, 60, "2025-12-31T23:30:00.000Z")]
    [InlineData(1, 1, 1, 0, 0, 0, 0, 0, "0001-01-01T00:00:00.000Z")]
    public void Times_are_UTC_with_milliseconds(int year, int month, int day, int hour, int minute, int second, int ms, int offset, string expected)
    {
        var time = new DateTimeOffset(year, month, day, hour, minute, second, ms, TimeSpan.FromMinutes(offset)).AddTicks(9);
        Assert.Equal($$"""{"type":"PONG","server_time":"{{expected}}"}""", Text(new PongFrame(time, null)));
    }

    [Fact]
    public void A_time_is_read_back_as_it_was_written()
    {
        var pong = JsonSerializer.Deserialize(FrameWriter.Encode(new PongFrame(At, null)).Span, ProtocolJsonContext.Default.PongFrame);
        Assert.Equal(At, pong!.ServerTime);
    }

    private static MessageFrame Message(string content) => new()
    {
        ChatId = Id,
        MessageId = Id,
        Seq = 1,
        Rev = 1,
        SenderId = Id,
        Content = content,
        SentAt = At,
    };

    private static void AssertBytes<T>(string expected, T frame)
        where T : IServerFrame => Assert.Equal(expected, Text(frame));

    private static string Text<T>(T frame)
        where T : IServerFrame => Encoding.UTF8.GetString(FrameWriter.Encode(frame).Span);
}
