namespace FastChat.Faults.Audit;

/// <summary>What is known of a message that was sent.</summary>
public enum OperationOutcome
{
    /// <summary>No answer has come: it may be stored or not.</summary>
    Unknown,

    /// <summary>Acknowledged.</summary>
    Ok,

    /// <summary>Refused for good; it must never be seen.</summary>
    Refused,
}

/// <summary>One message that a client wants stored, through all its attempts.</summary>
internal sealed class Operation(string senderId, string chatId, Guid messageId, ulong content, long sentAt)
{
    public string SenderId { get; } = senderId;

    public string ChatId { get; } = chatId;

    public Guid MessageId { get; } = messageId;

    /// <summary>The fingerprint of what was sent.</summary>
    public ulong Content { get; } = content;

    /// <summary>The recorder's step at which it was first sent.</summary>
    public long SentAt { get; } = sentAt;

    public OperationOutcome Outcome { get; set; }

    /// <summary>The recorder's step of the first acknowledgement.</summary>
    public long AckedAt { get; set; } = long.MaxValue;

    /// <summary>The acknowledged place; 0 before that.</summary>
    public long Seq { get; set; }

    public int Attempts { get; set; }
}
