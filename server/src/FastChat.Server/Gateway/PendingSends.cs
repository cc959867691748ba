using System.Collections.Concurrent;

namespace FastChat.Server.Gateway;

/// <summary>The messages of a connection that are not answered yet. Each is answered once, and within 5 s (GW3).</summary>
internal sealed class PendingSends(TimeProvider time)
{
    /// <summary>When the wait is over; a tick of the watch before the 5 s promised.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.5);

    private readonly ConcurrentQueue<PendingSend> waiting = new();

    /// <summary>Nothing is waiting.</summary>
    public bool IsEmpty => waiting.IsEmpty;

    /// <summary>Notes a message that was sent on.</summary>
    public PendingSend Add(Guid messageId, string? reference)
    {
        var send = new PendingSend(messageId, reference, time.GetTimestamp());
        waiting.Enqueue(send);
        return send;
    }

    /// <summary>True for the one who answers it.</summary>
    public bool TryAnswer(PendingSend send)
    {
        var first = send.TryAnswer();
        while (waiting.TryPeek(out var head) && head.IsAnswered)
        {
            waiting.TryDequeue(out _);
        }

        return first;
    }

    /// <summary>Those for whom the wait is over; the caller answers them.</summary>
    public IEnumerable<PendingSend> TakeOverdue() =>
        waiting.TakeWhile(send => time.GetElapsedTime(send.SentAt) >= Patience).Where(TryAnswer);
}

/// <summary>A message that waits for its answer.</summary>
internal sealed class PendingSend(Guid messageId, string? reference, long sentAt)
{
    private int answered;

    public Guid MessageId { get; } = messageId;

    public string? Reference { get; } = reference;

    /// <summary>The clock's timestamp.</summary>
    public long SentAt { get; } = sentAt;

    public bool IsAnswered => Volatile.Read(ref answered) != 0;

    public bool TryAnswer() => Interlocked.Exchange(ref answered, 1) == 0;
}
