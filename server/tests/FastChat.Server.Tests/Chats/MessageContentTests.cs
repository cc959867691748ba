using FastChat.Protocol;
using FastChat.Server.Chats;
using Xunit;

namespace FastChat.Server.Tests.Chats;

public sealed class MessageContentTests
{
    [Theory]
    [InlineData("x")]
    [InlineData("  x\n")]
    [InlineData("\u200B.")]
    [InlineData("👋")]
    [InlineData("e\u0301")]
    [InlineData("\u0301")]
    [InlineData("\u0007!")]
    [InlineData("\u202Eabc")]
    public void CH7_what_can_be_seen_is_allowed(string content) => Assert.Null(MessageContent.Check(content, 4000));

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u00A0\u2003\u3000")]
    [InlineData("\u200B\u200D\u2060\uFEFF")]
    [InlineData("\u3164\u115F\uFFA0")]
    [InlineData("\uFE0F\u034F\u00AD")]
    [InlineData("\u0007\u0085\u001B")]
    [InlineData("\U000E0041\U0001D173")]
    [InlineData("\u2028\u2029")]
    public void CH7_what_can_not_be_seen_is_no_message(string content)
    {
        var refusal = MessageContent.Check(content, 4000);
        Assert.Equal((ErrorCode.Validation, "content"), (refusal!.Code, refusal.Member));
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("text\0")]
    public void CH7_there_is_no_NUL(string content) => Assert.Equal(ErrorCode.Validation, MessageContent.Check(content, 4000)?.Code);

    [Fact]
    public void CH7_the_length_counts_scalar_values_and_not_units_or_graphemes()
    {
        Assert.Null(MessageContent.Check(new string('x', 4000), 4000));
        Assert.Equal(ErrorCode.TooLarge, MessageContent.Check(new string('x', 4001), 4000)?.Code);
        var waves = string.Concat(Enumerable.Repeat("👋", 4000));
        Assert.Null(MessageContent.Check(waves, 4000));
        Assert.Equal(ErrorCode.TooLarge, MessageContent.Check(waves + "x", 4000)?.Code);
        Assert.Equal(ErrorCode.TooLarge, MessageContent.Check(string.Concat(Enumerable.Repeat("e\u0301", 2001)), 4000)?.Code);
    }

    [Fact]
    public void Too_long_is_said_before_anything_else_and_zero_is_no_limit()
    {
        Assert.Equal(ErrorCode.TooLarge, MessageContent.Check(new string(' ', 4001), 4000)?.Code);
        Assert.Equal(ErrorCode.TooLarge, MessageContent.Check(new string('\0', 4001), 4000)?.Code);
        Assert.Null(MessageContent.Check(new string('x', 100_000), 0));
    }

    [Fact]
    public void A_cursor_is_read_as_it_was_written()
    {
        var cursor = new ChatCursor(DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_123), Guid.CreateVersion7());
        Assert.True(ChatCursor.TryParse(cursor.ToString(), out var read));
        Assert.Equal(cursor, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("MQ")]
    [InlineData("MS4y")]
    [InlineData("LTEuMDE5OWYzYTQtMmM1ZS03ZDgwLThhMTMtOWI3ZjRlNmQyYzA0")]
    [InlineData("OTk5OTk5OTk5OTk5OTk5OTk5LjAxOTlmM2E0LTJjNWUtN2Q4MC04YTEzLTliN2Y0ZTZkMmMwNA")]
    [InlineData("MS4wMTk5RjNBNC0yQzVFLTdEODAtOEExMy05QjdGNEU2RDJDMDQ")]
    [InlineData("MS4wMTk5ZjNhNC0yYzVlLTdkODAtOGExMy05YjdmNGU2ZDJjMDQuMQ")]
    public void What_no_server_wrote_is_no_cursor(string text) => Assert.False(ChatCursor.TryParse(text, out _));
}
