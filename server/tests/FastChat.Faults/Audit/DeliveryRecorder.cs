using System.Globalization;

namespace FastChat.Faults.Audit;

/// <summary>
/// Keeps what clients did and saw while servers were broken, for <see cref="DeliveryAudit"/> to judge. What is wrong by itself,
/// whatever else happened, it notes at once. Safe for many threads.
/// </summary>
public sealed class DeliveryRecorder
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string SenderId, Guid MessageId), Operation> operations = [];
    private readonly Dictionary<(string UserId, string ChatId), Sightings> sightings = [];
    private readonly List<Finding> findings = [];
    private readonly SortedDictionary<string, long> refusals = new(StringComparer.Ordinal);
    private long step;
    private long acked;
    private long resent;
    private long tryAgain;

    /// <summary>Messages sent, each counted once.</summary>
    public int Sent => Locked(() => operations.Count);

    /// <summary>Messages acknowledged, each counted once.</summary>
    public long Acked => Interlocked.Read(ref acked);

    /// <summary>Messages refused for good, by the error's code.</summary>
    public IReadOnlyDictionary<string, long> Refusals => Locked(() => new SortedDictionary<string, long>(refusals, StringComparer.Ordinal));

    /// <summary>Attempts after the first: no answer had come, or the server had asked for one.</summary>
    public long Resent => Interlocked.Read(ref resent);

    /// <summary>Times that the server asked to send again.</summary>
    public long TryAgain => Interlocked.Read(ref tryAgain);

    /// <summary>Messages of which it is not known whether they are stored.</summary>
    public long Unknown => Locked(() => operations.Values.Count(one => one.Outcome == OperationOutcome.Unknown));

    /// <summary>Broken promises so far, as far as they are seen before the audit.</summary>
    public int Found => Locked(() => findings.Count);

    internal IReadOnlyList<Operation> Operations => Locked(() => operations.Values.ToList());

    internal IReadOnlyList<Finding> Findings => Locked(() => findings.ToList());

    /// <summary>A client puts a message on the wire, for the first time or again.</summary>
    public void Sending(string senderId, string chatId, string messageId, string content)
    {
        lock (gate)
        {
            var key = (senderId, Guid.Parse(messageId));
            if (!operations.TryGetValue(key, out var operation))
            {
                operations.Add(key, operation = new Operation(senderId, chatId, key.Item2, Fingerprint.Of(content), ++step));
            }

            if (++operation.Attempts > 1)
            {
                resent++;
            }
        }
    }

    /// <summary>The server acknowledged a message.</summary>
    public void Acknowledged(string senderId, string messageId, long seq)
    {
        lock (gate)
        {
            if (!operations.TryGetValue((senderId, Guid.Parse(messageId)), out var operation))
            {
                findings.Add(new Finding(FindingKind.Phantom, "", $"{messageId} was acknowledged to {senderId}, who has not sent it"));
                return;
            }

            if (operation.Outcome == OperationOutcome.Ok)
            {
                if (operation.Seq != seq)
                {
                    Note(FindingKind.Doubled, operation.ChatId, $"{messageId} was acknowledged at {operation.Seq} and at {seq}");
                }

                return;
            }

            (operation.Outcome, operation.Seq, operation.AckedAt) = (OperationOutcome.Ok, seq, ++step);
            acked++;
        }
    }

    /// <summary>The server refused a message for good.</summary>
    public void RefusedForGood(string senderId, string messageId, string code)
    {
        lock (gate)
        {
            var operation = operations[(senderId, Guid.Parse(messageId))];
            if (operation.Outcome == OperationOutcome.Ok)
            {
                Note(FindingKind.Lost, operation.ChatId, $"{messageId} was acknowledged and then refused with {code}");
                return;
            }

            operation.Outcome = OperationOutcome.Refused;
            refusals[code] = refusals.GetValueOrDefault(code) + 1;
        }
    }

    /// <summary>The server asked to send a message again: whether it is stored stays unknown.</summary>
    public void AskedToTryAgain() => Interlocked.Increment(ref tryAgain);

    /// <summary>A client added a message to what its user sees, at the end: live, by changes, or as an own one that was acknowledged.</summary>
    public void Applied(string userId, AuditedMessage message) => See(userId, message, isLater: true);

    /// <summary>A client filled in an earlier message from the history.</summary>
    public void FilledIn(string userId, AuditedMessage message) => See(userId, message, isLater: false);

    /// <summary>A live frame came on a connection; each brings a higher revision of its chat than the last (CH3).</summary>
    public void CameLive(string chatId, string messageId, long rev, long lastRev)
    {
        if (rev <= lastRev)
        {
            lock (gate)
            {
                Note(rev == lastRev ? FindingKind.Doubled : FindingKind.Reordered, chatId, $"{messageId} came live with rev {rev} after rev {lastRev}");
            }
        }
    }

    /// <summary>
    /// A message that was new was acknowledged on a connection: acknowledgements come in the order of sending (CH3), with ascending places (CH4).
    /// </summary>
    public void AcknowledgedInTurn(string chatId, string messageId, (long Turn, long Seq) now, (long Turn, long Seq) before)
    {
        if (now.Turn <= before.Turn || now.Seq <= before.Seq)
        {
            lock (gate)
            {
                Note(FindingKind.Reordered, chatId,
                    Text($"{messageId}, sent as number {now.Turn} of its connection, was acknowledged at {now.Seq} after number {before.Turn} at {before.Seq}"));
            }
        }
    }

    /// <summary>A client threw away what it had of a chat, and starts anew.</summary>
    public void Forgot(string userId, string chatId)
    {
        lock (gate)
        {
            sightings.Remove((userId, chatId));
        }
    }

    /// <summary>What a user sees of a chat: message ids by place.</summary>
    internal IReadOnlyDictionary<long, Guid> SeenBy(string userId, string chatId) =>
        Locked(() => sightings.TryGetValue((userId, chatId), out var seen) ? new Dictionary<long, Guid>(seen.Places) : []);

    private void See(string userId, AuditedMessage message, bool isLater)
    {
        lock (gate)
        {
            var key = (userId, message.ChatId);
            if (!sightings.TryGetValue(key, out var seen))
            {
                sightings.Add(key, seen = new Sightings());
            }

            var id = Guid.Parse(message.MessageId);
            if (!seen.Places.TryAdd(message.Seq, id))
            {
                Note(FindingKind.Doubled, message.ChatId, Text($"{userId} got place {message.Seq} twice: {seen.Places[message.Seq]}, {id}"));
            }

            if (!seen.Ids.Add((message.SenderId, id)))
            {
                Note(FindingKind.Doubled, message.ChatId, Text($"{userId} got {id} twice, now at {message.Seq}"));
            }

            if (isLater && message.Seq <= seen.Last)
            {
                Note(FindingKind.Reordered, message.ChatId, Text($"{userId} got {message.Seq} after {seen.Last}"));
            }

            seen.Last = Math.Max(seen.Last, message.Seq);
            if (operations.TryGetValue((message.SenderId, id), out var sent) && sent.Content != Fingerprint.Of(message.Content))
            {
                Note(FindingKind.Altered, message.ChatId, Text($"{userId} got {id} with other content than was sent"));
            }
        }
    }

    private void Note(FindingKind kind, string chatId, string text) => findings.Add(new Finding(kind, chatId, text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private T Locked<T>(Func<T> read)
    {
        lock (gate)
        {
            return read();
        }
    }

    private sealed class Sightings
    {
        public Dictionary<long, Guid> Places { get; } = [];

        public HashSet<(string SenderId, Guid MessageId)> Ids { get; } = [];

        public long Last { get; set; }
    }
}
