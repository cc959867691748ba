namespace FastChat.Server.Gateway;

/// <summary>The messages of a connection that are not answered yet. Each is answered once, and within 5 s (GW3).</summary>
internal sealed class PendingSends(TimeProvider time)
{
    /// <summary>When the wait is over; a tick of the watch before the 5 s promised.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.5);

    private readonly Lock gate = new();
    private readonly Queue<PendingSend> waiting = new();

    /// <summary>Nothing is waiting.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return waiting.Count == 0;
            }
        }
    }

    /// <summary>Notes a message that was sent on.</summary>
    public PendingSend Add(Guid messageId, string? reference)
    {
        var send = new PendingSend(messageId, reference, time.GetTimestamp());
        lock (gate)
        {
            waiting.Enqueue(send);
        }

        return send;
    }

    /// <summary>True for the one who answers it.</summary>
    public bool TryAnswer(PendingSend send)
    {
        lock (gate)
        {
            var first = send.TryAnswer();
            while (waiting.TryPeek(out var head) && head.IsAnswered)
            {
                waiting.Dequeue();
            }

            return first;
        }
    }

    /// <summary>Those for whom the wait is over; the caller answers them.</summary>
    public IReadOnlyList<PendingSend> TakeOverdue()
    {
        lock (gate)
        {
            if (!waiting.TryPeek(out var oldest) || time.GetElapsedTime(oldest.SentAt) < Patience)
            {
                return [];
            }

            var overdue = waiting.TakeWhile(send => time.GetElapsedTime(send.SentAt) >= Patience).Where(send => !send.IsAnswered).ToList();
            overdue.ForEach(send => TryAnswer(send));
            return overdue;
        }
    }
}

/// <summary>A message that waits for its answer.</summary>
internal sealed class PendingSend(Guid messageId, string? reference, long sentAt)
{
    public Guid MessageId { get; } = messageId;

    public string? Reference { get; } = reference;

    /// <summary>The clock's timestamp.</summary>
    public long SentAt { get; } = sentAt;

    /// <summary>Guarded by the lock of the list that it is in, as is <see cref="TryAnswer"/>.</summary>
    public bool IsAnswered { get; private set; }

    public bool TryAnswer()
    {
        var first = !IsAnswered;
        IsAnswered = true;
        return first;
    }
}
