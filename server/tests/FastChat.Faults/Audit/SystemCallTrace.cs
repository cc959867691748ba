using System.Text.RegularExpressions;

namespace FastChat.Faults.Audit;

/// <summary>
/// What <c>strace -f -y -s</c> wrote of a server: for each message, whether between its arrival and its acknowledgement a log file was
/// brought to disk. Lines are in the order in which things happened; a call that was interrupted by another thread's has two.
/// </summary>
public sealed partial class SystemCallTrace
{
    private readonly List<(int Begun, int Done)> syncs = [];
    private readonly Dictionary<string, int> received = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> acknowledged = new(StringComparer.Ordinal);

    private SystemCallTrace()
    {
    }

    /// <summary>Times that the log was brought to disk.</summary>
    public int Syncs => syncs.Count;

    /// <summary>Messages whose frame was seen coming in.</summary>
    public IReadOnlyCollection<string> Received => received.Keys;

    /// <summary>Messages whose acknowledgement was seen going out.</summary>
    public IReadOnlyCollection<string> Acknowledged => acknowledged.Keys;

    /// <summary>Acknowledgements that went out without the log having been brought to disk since their message came in.</summary>
    public IReadOnlyList<string> AcknowledgedTooSoon => [.. acknowledged.Where(ack => !IsCovered(ack.Key, ack.Value)).Select(ack => ack.Key)];

    /// <summary>Reads a trace.</summary>
    /// <param name="lines">What strace wrote.</param>
    /// <param name="log">What the path of the log file has, such as <c>-wal</c>.</param>
    public static SystemCallTrace Read(IEnumerable<string> lines, string log)
    {
        var trace = new SystemCallTrace();
        var open = new Dictionary<string, (string Call, string Text, int At)>(StringComparer.Ordinal);
        var at = 0;
        foreach (var line in lines)
        {
            at++;
            if (Line().Match(line) is not { Success: true } match)
            {
                continue;
            }

            var (thread, call, text) = (match.Groups["thread"].Value, match.Groups["call"].Value, match.Groups["text"].Value);
            if (match.Groups["resumed"].Success)
            {
                if (open.Remove(thread, out var begun))
                {
                    trace.Take(begun.Call, begun.Text + text, begun.At, at, log);
                }
            }
            else if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                open[thread] = (call, text, at);
            }
            else
            {
                trace.Take(call, text, at, at, log);
            }
        }

        return trace;
    }

    private bool IsCovered(string messageId, int ackedAt) =>
        received.TryGetValue(messageId, out var receivedAt) && syncs.Exists(sync => sync.Begun > receivedAt && sync.Done < ackedAt);

    private void Take(string call, string text, int begun, int done, string log)
    {
        switch (call)
        {
            case "fdatasync" or "fsync" when text.Contains(log, StringComparison.Ordinal) && text.Contains(" = 0", StringComparison.Ordinal):
                syncs.Add((begun, done));
                break;
            case "read" or "recvfrom" or "recvmsg":
                Note(received, SentMessage().Matches(text), done);
                break;
            case "write" or "writev" or "sendto" or "sendmsg":
                Note(acknowledged, AckedMessage().Matches(text), begun);
                break;
        }
    }

    private static void Note(Dictionary<string, int> places, MatchCollection ids, int at)
    {
        foreach (Match id in ids)
        {
            places.TryAdd(id.Groups["id"].Value, at);
        }
    }

    [GeneratedRegex(@"^(?<thread>\d+)\s+(\d+\.\d+\s+)?(<\.\.\. (?<resumed>\w+) resumed>|(?<call>\w+)\()(?<text>.*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();

    [GeneratedRegex("""\\"type\\":\\"MSG\\"[^{}]*?\\"message_id\\":\\"(?<id>[0-9a-f-]{36})""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SentMessage();

    [GeneratedRegex("""\\"type\\":\\"MSG_ACK\\"[^{}]*?\\"message_id\\":\\"(?<id>[0-9a-f-]{36})""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AckedMessage();
}
