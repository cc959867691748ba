using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace FastChat.Server.Hosting;

/// <summary>
/// Writes log records as the framework's plain console format does, with the difference that no text of a stranger can look like a
/// record of its own or speak to a terminal: every line but a record's first is indented, and characters that control a terminal, end a
/// line or turn the writing's direction are shown by their numbers.
/// </summary>
internal sealed class LogLines() : ConsoleFormatter(FormatterName)
{
    /// <summary>The name by which <c>Logging__Console__FormatterName</c> knows it; it is the default.</summary>
    public const string FormatterName = "fastchat";

    private const string Indent = "      ";

    /// <summary>Uses it unless the settings name another one.</summary>
    public static void Use(ILoggingBuilder logging)
    {
        logging.AddConsoleFormatter<LogLines, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<LogObjects, ConsoleFormatterOptions>();
        logging.Services.AddOptions<ConsoleLoggerOptions>().PostConfigure<IConfiguration>(
            (console, configuration) => console.FormatterName = configuration["Logging:Console:FormatterName"]
                ?? (configuration[HostingOptions.LogFormatSetting] == "json" ? LogObjects.FormatterName : FormatterName));
    }

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var lines = new StringBuilder();
        lines.Append(CultureInfo.InvariantCulture, $"{LevelOf(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}]\n");
        AppendIndented(lines, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } fault)
        {
            AppendIndented(lines, fault.ToString());
        }

        textWriter.Write(lines.ToString());
    }

    /// <summary>Appends a text, each of its lines indented and ended, with what is no plain text shown by its number.</summary>
    internal static void AppendIndented(StringBuilder lines, string text)
    {
        lines.Append(Indent);
        foreach (var one in text.AsSpan().TrimEnd('\n'))
        {
            if (one == '\n')
            {
                lines.Append('\n').Append(Indent);
            }
            else if (one == '\t' || !IsTreacherous(one))
            {
                lines.Append(one);
            }
            else
            {
                lines.Append(CultureInfo.InvariantCulture, $"\\u{(int)one:x4}");
            }
        }

        lines.Append('\n');
    }

    private static bool IsTreacherous(char one) =>
        char.IsControl(one) || CharUnicodeInfo.GetUnicodeCategory(one) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
