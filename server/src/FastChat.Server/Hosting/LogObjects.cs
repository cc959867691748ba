using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace FastChat.Server.Hosting;

/// <summary>
/// Writes log records as JSON, one object a line, for programs that collect them. What a stranger wrote can't end a line or speak to a
/// terminal: all but plain ASCII stands there as an escape.
/// </summary>
internal sealed class LogObjects(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name by which the console logger knows it; <c>LOG_FORMAT=json</c> chooses it.</summary>
    public const string FormatterName = "fastchat-json";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Default };

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time.GetUtcNow().UtcDateTime);
            writer.WriteString("level", LevelOf(logEntry.LogLevel));
            writer.WriteString("category", logEntry.Category);
            writer.WriteNumber("event_id", logEntry.EventId.Id);
            writer.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            WriteFields(writer, logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>);
            if (logEntry.Exception is { } fault)
            {
                writer.WriteString("exception", fault.ToString());
            }

            writer.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n");
    }

    /// <summary>What the message was put together from, by its names.</summary>
    private static void WriteFields(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        if (fields is null)
        {
            return;
        }

        writer.WriteStartObject("fields");
        foreach (var (name, value) in fields.Where(field => field.Key != "{OriginalFormat}").DistinctBy(field => field.Key, StringComparer.Ordinal))
        {
            switch (value)
            {
                case null:
                    writer.WriteNull(name);
                    break;
                case bool yes:
                    writer.WriteBoolean(name, yes);
                    break;
                case int or long or short or byte:
                    writer.WriteNumber(name, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                    break;
                default:
                    writer.WriteString(name, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
