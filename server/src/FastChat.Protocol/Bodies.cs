using System.Text.Json.Serialization;

namespace FastChat.Protocol;

/// <summary>A person or a bot.</summary>
/// <param name="UserId">Its id.</param>
/// <param name="DisplayName">Its name, 1–32 grapheme clusters.</param>
/// <param name="Kind"><c>guest</c>, <c>member</c> or <c>bot</c>.</param>
public sealed record UserBody(Guid UserId, string DisplayName, string Kind);

/// <summary>A user in a chat, with the positions up to which messages were delivered to and read by them.</summary>
public sealed record MemberBody(Guid UserId, string DisplayName, long DeliveredSeq, long ReadSeq);

/// <summary>An entry of a chat at a fixed place <c>seq</c>; <c>rev</c> is that of its last change.</summary>
public record MessageBody
{
    public required Guid ChatId { get; init; }

    public required Guid MessageId { get; init; }

    public required long Seq { get; init; }

    public required long Rev { get; init; }

    public required Guid SenderId { get; init; }

    /// <summary>What was written; null, and then left out, where the message is hidden from who reads this.</summary>
    public string? Content { get; init; }

    public required DateTimeOffset SentAt { get; init; }

    public DateTimeOffset? EditedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>True, or else left out: its sender was blocked by who reads this when it was sent (BL2).</summary>
    public bool? Hidden { get; init; }

    /// <summary>The message as it is told to who had blocked its sender: its place, and nothing of what it says.</summary>
    public MessageBody ToHidden() => this with { Content = null, EditedAt = null, DeletedAt = null, Hidden = true };
}

/// <summary>A chat as one of its members sees it.</summary>
public sealed record ChatBody
{
    public required Guid ChatId { get; init; }

    /// <summary><c>direct</c>; later <c>group</c> and <c>room</c>.</summary>
    public required string Kind { get; init; }

    public required IReadOnlyList<MemberBody> Members { get; init; }

    public required long LastSeq { get; init; }

    public required long Rev { get; init; }

    /// <summary>Null in an empty chat, and then written as <c>null</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required MessageBody? LastMessage { get; init; }

    /// <summary><see cref="LastSeq"/> minus the own read position, hidden messages left out of account.</summary>
    public required long Unread { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A user's presence: <c>online</c>, <c>away</c> or <c>offline</c>.</summary>
public sealed record PresenceBody(Guid UserId, string DisplayName, string Status, DateTimeOffset LastSeen);

/// <summary>The limits that <c>HELLO_ACK</c> announces; 0 means no limit.</summary>
public sealed record LimitsBody
{
    public required int FrameBytes { get; init; }

    public required int JsonDepth { get; init; }

    public required int MessageLength { get; init; }

    public required int MessagesPerMinute { get; init; }

    public required int MessageBurst { get; init; }

    public required int TypingPerSecond { get; init; }

    public required int FramesPerSecond { get; init; }

    public required int FrameBurst { get; init; }

    public required int ConnectionsPerUser { get; init; }

    public required int Page { get; init; }

    public required int PageMax { get; init; }
}
