using System.Globalization;

namespace FastChat.Faults.Audit;

/// <summary>
/// Compares what clients did and saw with the histories that the server tells in the end, and names everything that breaks a promise.
/// </summary>
public sealed class DeliveryAudit
{
    private readonly DeliveryRecorder recorder;
    private readonly List<Finding> findings;
    private readonly Dictionary<(string SenderId, Guid MessageId), Operation> operations;

    private DeliveryAudit(DeliveryRecorder recorder)
    {
        this.recorder = recorder;
        findings = [.. recorder.Findings];
        operations = recorder.Operations.ToDictionary(one => (one.SenderId, one.MessageId));
    }

    /// <summary>Judges. Clients must be quiet: nothing is sent or seen any more.</summary>
    public static AuditReport Run(DeliveryRecorder recorder, IReadOnlyCollection<AuditedChat> chats)
    {
        var audit = new DeliveryAudit(recorder);
        foreach (var chat in chats)
        {
            audit.CheckPlaces(chat);
            audit.CheckMessages(chat);
            audit.CheckSendersOrder(chat);
            foreach (var member in chat.Members)
            {
                audit.CheckMember(chat, member);
            }
        }

        audit.CheckAcknowledged(chats);
        return new AuditReport(recorder, audit.findings);
    }

    /// <summary>CH3: the places are 1..N, told in order, none twice, and N is what the chat says.</summary>
    private void CheckPlaces(AuditedChat chat)
    {
        var last = 0L;
        foreach (var message in chat.Messages)
        {
            if (message.Seq == last)
            {
                Add(FindingKind.Doubled, chat, $"two messages are at {message.Seq}, one is {message.MessageId}");
            }
            else if (message.Seq < last)
            {
                Add(FindingKind.Reordered, chat, $"the history tells {message.Seq} after {last}");
            }
            else if (message.Seq > last + 1)
            {
                Add(FindingKind.Hole, chat, $"nothing is at {last + 1}..{message.Seq - 1}");
            }

            last = Math.Max(last, message.Seq);
        }

        if (last != chat.LastSeq)
        {
            Add(FindingKind.Hole, chat, $"the history ends at {last}, the chat at {chat.LastSeq}");
        }
    }

    /// <summary>What is stored was sent to this chat, is there once, as it was sent, at the place that was acknowledged.</summary>
    private void CheckMessages(AuditedChat chat)
    {
        var places = new Dictionary<(string, Guid), long>();
        foreach (var message in chat.Messages)
        {
            var key = (message.SenderId, Guid.Parse(message.MessageId));
            if (!places.TryAdd(key, message.Seq))
            {
                Add(FindingKind.Doubled, chat, $"{message.MessageId} is at {places[key]} and at {message.Seq}");
            }

            if (!operations.TryGetValue(key, out var operation) || operation.ChatId != chat.ChatId)
            {
                Add(FindingKind.Phantom, chat, $"{message.MessageId} at {message.Seq} was never sent there");
                continue;
            }

            if (operation.Outcome == OperationOutcome.Refused)
            {
                Add(FindingKind.Phantom, chat, $"{message.MessageId} at {message.Seq} was refused");
            }

            if (operation.Content != Fingerprint.Of(message.Content))
            {
                Add(FindingKind.Altered, chat, $"{message.MessageId} at {message.Seq} has other content than was sent");
            }

            if (operation.Outcome == OperationOutcome.Ok && operation.Seq != message.Seq)
            {
                Add(FindingKind.Reordered, chat, $"{message.MessageId} was acknowledged at {operation.Seq} and is at {message.Seq}");
            }
        }
    }

    /// <summary>
    /// What was acknowledged before another message of the same sender was first sent stands before it. (Messages that were
    /// under way together may change places if the server asked for one of them again; what holds for those is noted while they are answered.)
    /// </summary>
    private void CheckSendersOrder(AuditedChat chat)
    {
        foreach (var sender in chat.Messages.GroupBy(message => message.SenderId))
        {
            var earliestAck = long.MaxValue;
            var earliest = default(AuditedMessage);
            foreach (var message in sender.OrderByDescending(message => message.Seq))
            {
                if (!operations.TryGetValue((message.SenderId, Guid.Parse(message.MessageId)), out var operation))
                {
                    continue;
                }

                if (earliestAck < operation.SentAt)
                {
                    Add(FindingKind.Reordered, chat, $"{message.MessageId} at {message.Seq} was sent after {earliest!.MessageId} at {earliest.Seq} had been acknowledged");
                }

                if (operation.AckedAt < earliestAck)
                {
                    (earliestAck, earliest) = (operation.AckedAt, message);
                }
            }
        }
    }

    /// <summary>A member who is back sees exactly the history.</summary>
    private void CheckMember(AuditedChat chat, string member)
    {
        var seen = recorder.SeenBy(member, chat.ChatId);
        foreach (var message in chat.Messages)
        {
            if (!seen.TryGetValue(message.Seq, out var id))
            {
                Add(FindingKind.Lost, chat, $"{member} has not seen {message.MessageId} at {message.Seq}");
            }
            else if (id != Guid.Parse(message.MessageId))
            {
                Add(FindingKind.Reordered, chat, $"{member} saw {id} at {message.Seq}, where {message.MessageId} is");
            }
        }

        var places = chat.Messages.Select(message => message.Seq).ToHashSet();
        foreach (var (seq, id) in seen.Where(one => !places.Contains(one.Key)))
        {
            Add(FindingKind.Phantom, chat, $"{member} saw {id} at {seq}, where nothing is");
        }
    }

    /// <summary>CH1: what was acknowledged is in its chat's history.</summary>
    private void CheckAcknowledged(IReadOnlyCollection<AuditedChat> chats)
    {
        var stored = chats.ToDictionary(chat => chat.ChatId, chat => chat.Messages.Select(message => (message.SenderId, Guid.Parse(message.MessageId))).ToHashSet());
        foreach (var operation in operations.Values.Where(one => one.Outcome == OperationOutcome.Ok))
        {
            if (!stored.TryGetValue(operation.ChatId, out var ids) || !ids.Contains((operation.SenderId, operation.MessageId)))
            {
                findings.Add(new Finding(
                    FindingKind.Lost, operation.ChatId, Text($"{operation.MessageId} was acknowledged at {operation.Seq} and is not in the history")));
            }
        }
    }

    private void Add(FindingKind kind, AuditedChat chat, FormattableString text) => findings.Add(new Finding(kind, chat.ChatId, Text(text)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
