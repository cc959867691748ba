using System.Diagnostics;
using FastChat.Faults.Audit;

namespace FastChat.Faults.Clients;

/// <summary>
/// The messages of a user that are not answered (CL4): in typed order for each chat, each with its own id, sent again with it until an
/// answer comes. It tells the recorder. Not safe for many threads.
/// </summary>
internal sealed class Outbox(string userId, ClientSettings settings, DeliveryRecorder recorder)
{
    private readonly Dictionary<string, LinkedList<OutboxItem>> chats = [];
    private readonly Dictionary<string, OutboxItem> items = [];
    private readonly Dictionary<string, (long Turn, long Seq)> lastAcks = [];
    private long turn;

    /// <summary>Messages that wait for an answer or for being sent.</summary>
    public int Count => items.Count;

    /// <summary>Adds a message to the end of its chat.</summary>
    public void Add(OutboxItem item)
    {
        items.Add(item.MessageId, item);
        if (!chats.TryGetValue(item.ChatId, out var queue))
        {
            chats.Add(item.ChatId, queue = []);
        }

        queue.AddLast(item);
    }

    /// <summary>What may be put on the wire now, in order. Nothing overtakes an earlier message of its chat that has to wait.</summary>
    public List<OutboxItem> TakeDue()
    {
        var due = new List<OutboxItem>();
        var now = Stopwatch.GetTimestamp();
        foreach (var queue in chats.Values)
        {
            foreach (var item in queue.Take(settings.Window))
            {
                if (item.IsUnderWay && Stopwatch.GetElapsedTime(item.SentAt) < settings.ResendAfter)
                {
                    continue;
                }

                if (item.NotBefore > now)
                {
                    break;
                }

                Send(item, now);
                due.Add(item);
            }
        }

        return due;
    }

    /// <summary>An acknowledgement came; the answer is the content of the message, or null if it was acknowledged before.</summary>
    public string? Acknowledged(ServerFrame ack)
    {
        recorder.Acknowledged(userId, ack.MessageId!, ack.Seq);
        if (!items.Remove(ack.MessageId!, out var item))
        {
            return null;
        }

        chats[item.ChatId].Remove(item);
        if (!ack.Duplicate)
        {
            var now = (item.Turns.TryPeek(out var sent) ? sent : 0, ack.Seq);
            recorder.AcknowledgedInTurn(item.ChatId, item.MessageId, now, lastAcks.GetValueOrDefault(item.ChatId));
            lastAcks[item.ChatId] = now;
        }

        return item.Content;
    }

    /// <summary>An <c>ERROR</c> for a message came: later again, or never.</summary>
    public void Refused(ServerFrame error)
    {
        if (!items.TryGetValue(error.MessageId!, out var item))
        {
            return;
        }

        if (error.Code is "UNAVAILABLE" or "RATE_LIMITED" or "INTERNAL_ERROR")
        {
            recorder.AskedToTryAgain();
            item.Turns.TryDequeue(out _);
            if (item.Turns.Count > 0)
            {
                // It was sent again before this answer came; that copy is still to be answered.
                return;
            }

            item.IsUnderWay = false;
            var wait = TimeSpan.FromMilliseconds(error.RetryAfterMs ?? 500);
            item.NotBefore = Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency);
            return;
        }

        recorder.RefusedForGood(userId, item.MessageId, error.Code!);
        items.Remove(item.MessageId);
        chats[item.ChatId].Remove(item);
    }

    /// <summary>The connection is gone: whatever was under way is sent again on the next.</summary>
    public void Disconnected()
    {
        foreach (var item in items.Values)
        {
            (item.IsUnderWay, item.NotBefore) = (false, 0);
            item.Turns.Clear();
        }

        lastAcks.Clear();
        turn = 0;
    }

    private void Send(OutboxItem item, long now)
    {
        (item.IsUnderWay, item.SentAt) = (true, now);
        item.Turns.Enqueue(++turn);
        recorder.Sending(userId, item.ChatId, item.MessageId, item.Content);
    }
}

/// <summary>A message that waits for its answer.</summary>
internal sealed class OutboxItem(string chatId, string messageId, string content)
{
    public string ChatId { get; } = chatId;

    public string MessageId { get; } = messageId;

    public string Content { get; } = content;

    /// <summary>Sent on the present connection, and not answered.</summary>
    public bool IsUnderWay { get; set; }

    public long SentAt { get; set; }

    /// <summary>The server asked to wait until then.</summary>
    public long NotBefore { get; set; }

    /// <summary>The numbers, among all that the present connection sent, of its copies that are not answered: the server answers them in this order.</summary>
    public Queue<long> Turns { get; } = [];
}
