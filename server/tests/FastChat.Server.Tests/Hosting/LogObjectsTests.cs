using System.Text.Json;
using FastChat.Server.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Hosting;

public sealed class LogObjectsTests
{
    [Theory]
    [InlineData("all is well")]
    [InlineData("x\r\n{\"level\":\"error\"}\u2028\u0085\u001b[31m\u0000\"}")]
    [InlineData("abc\u202Etxt.exe 😀")]
    public void SEC_whatever_a_stranger_wrote_a_record_is_one_line_of_plain_ASCII(string text)
    {
        var written = Write(text, new InvalidOperationException(text));
        Assert.EndsWith("}\n", written, StringComparison.Ordinal);
        Assert.All(written[..^1], one => Assert.InRange(one, ' ', '~'));
        var record = JsonDocument.Parse(written).RootElement;
        Assert.Equal(text, record.GetProperty("message").GetString());
        Assert.Equal("warning", record.GetProperty("level").GetString());
        Assert.Equal("Some.Category", record.GetProperty("category").GetString());
        Assert.Equal(7, record.GetProperty("event_id").GetInt32());
        Assert.Contains(text, record.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, record.GetProperty("time").GetDateTimeOffset().Offset);
    }

    [Fact]
    public void OPS_what_a_message_is_made_of_stands_beside_it_by_name()
    {
        using var writer = new StringWriter();
        KeyValuePair<string, object?>[] state = [new("Requests", 3), new("Reason", "gone"), new("IsLast", true), new("None", null), new("{OriginalFormat}", "x")];
        var entry = new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(LogLevel.Error, "C", new EventId(1), state, null, (_, _) => "3 gone");
        new LogObjects(TimeProvider.System).Write(entry, null, writer);
        Assert.Equal("""{"Requests":3,"Reason":"gone","IsLast":true,"None":null}""", JsonDocument.Parse(writer.ToString()).RootElement.GetProperty("fields").GetRawText());
    }

    private static string Write(string text, Exception fault)
    {
        using var writer = new StringWriter();
        new LogObjects(TimeProvider.System).Write(new LogEntry<string>(LogLevel.Warning, "Some.Category", new EventId(7), text, fault, (state, _) => state), null, writer);
        return writer.ToString();
    }
}
