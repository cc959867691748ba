using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace FastChat.Protocol;

/// <summary>A frame from the server. Members stand beside <c>type</c>, which comes first.</summary>
public interface IServerFrame
{
    /// <summary>The frame's <c>type</c>.</summary>
    string Type { get; }
}

/// <summary>The connection is live.</summary>
public sealed record HelloAckFrame(
    UserBody User, Guid SessionId, string Epoch, DateTimeOffset ServerTime, int HeartbeatMs, LimitsBody Limits, string? Ref)
    : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "HELLO_ACK";
}

/// <summary>Who is here: everybody (<paramref name="Full"/>) or what changed.</summary>
public sealed record PresenceFrame(
    bool Full, bool Complete, IReadOnlyList<PresenceBody> Users, int OnlineCount, string? Ref = null) : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "PRESENCE";
}

/// <summary>A chat that the user opened, or that is about to get its first message.</summary>
public sealed record ChatOpenedFrame(ChatBody Chat, string? Ref) : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "CHAT_OPENED";
}

/// <summary>A new message, or (with a higher <c>rev</c>) a changed one.</summary>
public sealed record MessageFrame : MessageBody, IServerFrame
{
    public MessageFrame()
    {
    }

    /// <summary>The frame that tells of a message.</summary>
    [SetsRequiredMembers]
    public MessageFrame(MessageBody message)
        : base(message)
    {
    }

    [JsonPropertyOrder(-1)]
    public string Type => "MSG";
}

/// <summary>A message is on disk; <paramref name="Duplicate"/> if it was there before.</summary>
public sealed record MessageAckFrame(
    Guid ChatId, Guid MessageId, long Seq, long Rev, DateTimeOffset SentAt, bool Duplicate, string? Ref) : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "MSG_ACK";
}

/// <summary>A member's position moved forward: <c>READ</c> or <c>DELIVERED</c>.</summary>
public sealed record PositionFrame([property: JsonPropertyOrder(-1)] string Type, Guid ChatId, Guid UserId, long Seq) : IServerFrame;

/// <summary>A member began or stopped typing.</summary>
public sealed record TypingFrame(Guid ChatId, Guid UserId, bool IsTyping) : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "TYPING";
}

/// <summary>Whom the user has blocked, after a change of it; those blocked last come first.</summary>
public sealed record BlocksFrame(IReadOnlyList<Guid> UserIds) : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "BLOCKS";
}

/// <summary>This node is about to stop; the client moves after <paramref name="AfterMs"/> milliseconds.</summary>
public sealed record ReconnectFrame(int AfterMs, string Reason) : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "RECONNECT";
}

/// <summary>The answer to <c>PING</c>.</summary>
public sealed record PongFrame(DateTimeOffset ServerTime, string? Ref) : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "PONG";
}

/// <summary>A refusal.</summary>
public sealed record ErrorFrame(string Code, string Message, string? Ref, Guid? MessageId, long? RetryAfterMs) : IServerFrame
{
    [JsonPropertyOrder(-1)]
    public string Type => "ERROR";

    /// <summary>The frame for a refusal; milliseconds are rounded up, so that nobody comes back too early.</summary>
    public static ErrorFrame From(Refusal refusal, string? reference, Guid? messageId) => new(
        refusal.Code.ToWire(),
        refusal.Message,
        reference,
        messageId,
        refusal.RetryAfter is { } wait ? (long)Math.Ceiling(wait.TotalMilliseconds) : null);
}
