using System.Text.RegularExpressions;

namespace FastChat.EndToEndTests.Harness;

/// <summary>What a line of the server's log says about its health.</summary>
public static partial class LogLine
{
    /// <summary>An exception, a frame of a stack trace, or a record at the level of an error.</summary>
    public static bool IsAlarming(string line) => Alarm().IsMatch(line);

    [GeneratedRegex(@"Exception\b|^\s+at \S+\(|\b(fail|crit): |""(LogLevel|level|Level)"":\s*""(Error|Critical)""|Unhandled",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Alarm();
}
