using FastChat.Server.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Hosting;

public sealed class LogLinesTests
{
    [Theory]
    [InlineData("all is well", "      all is well\n")]
    [InlineData("one\ntwo\n", "      one\n      two\n")]
    [InlineData("x\r\nfail: forged[0]", "      x\\u000d\n      fail: forged[0]\n")]
    [InlineData("x\rfail: forged[0]", "      x\\u000dfail: forged[0]\n")]
    [InlineData("\u2028\u0085\u001b[31m\u0000\u0007", "      \\u2028\\u0085\\u001b[31m\\u0000\\u0007\n")]
    [InlineData("abc\u202Etxt.exe\u200b", "      abc\\u202etxt.exe\\u200b\n")]
    [InlineData("tabs\tand 😀 stay", "      tabs\tand 😀 stay\n")]
    public void SEC_no_text_can_look_like_a_record_of_its_own(string text, string written) =>
        Assert.Equal($"info: Some.Category[7]\n{written}", Write(text, null));

    [Fact]
    public void SEC_an_exception_s_text_can_not_either() =>
        Assert.Equal(
            "info: Some.Category[7]\n      it failed\n      System.InvalidOperationException: a\\u000d\n      fail: forged[0]\n",
            Write("it failed", new InvalidOperationException("a\r\nfail: forged[0]")));

    private static string Write(string text, Exception? fault)
    {
        using var writer = new StringWriter();
        var entry = new LogEntry<string>(LogLevel.Information, "Some.Category", new EventId(7), text, fault, (state, _) => state);
        new LogLines().Write(entry, null, writer);
        return writer.ToString();
    }
}
