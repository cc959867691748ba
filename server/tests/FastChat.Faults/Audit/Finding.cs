namespace FastChat.Faults.Audit;

/// <summary>How a promise can be broken.</summary>
public enum FindingKind
{
    /// <summary>Acknowledged and not in the history, or in the history and not seen by a member who is back.</summary>
    Lost,

    /// <summary>One message at two places, acknowledged with two, or brought to a member twice.</summary>
    Doubled,

    /// <summary>Not in the order of sending, or not at the place that was acknowledged or shown.</summary>
    Reordered,

    /// <summary>In a history or shown to a member, though never sent there, or refused for good.</summary>
    Phantom,

    /// <summary>A place without a message.</summary>
    Hole,

    /// <summary>Other content than was sent.</summary>
    Altered,
}

/// <summary>A broken promise.</summary>
/// <param name="Kind">Which promise.</param>
/// <param name="ChatId">Where.</param>
/// <param name="Text">What was seen, for whoever looks into it.</param>
public sealed record Finding(FindingKind Kind, string ChatId, string Text);

/// <summary>A message as the server tells it, reduced to what an audit compares.</summary>
public sealed record AuditedMessage(string ChatId, string MessageId, long Seq, long Rev, string SenderId, string Content);

/// <summary>A chat as the server tells it at the end.</summary>
/// <param name="ChatId">The chat.</param>
/// <param name="LastSeq">The place of its last message, as the chat itself says.</param>
/// <param name="Members">Who should have seen everything: members who came back.</param>
/// <param name="Messages">Its whole history, in the order in which it was told.</param>
public sealed record AuditedChat(string ChatId, long LastSeq, IReadOnlyList<string> Members, IReadOnlyList<AuditedMessage> Messages);
