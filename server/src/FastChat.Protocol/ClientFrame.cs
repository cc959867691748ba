namespace FastChat.Protocol;

/// <summary>A frame from a client, its members checked for kind and range (not yet against the database).</summary>
public abstract record ClientFrame
{
    /// <summary>Comes back on the answer or the <c>ERROR</c>.</summary>
    public string? Ref { get; init; }
}

/// <summary>The first frame: who is there. A token that is missing or no string is null here.</summary>
public sealed record HelloFrame(string? Token, string? Client) : ClientFrame;

/// <summary>Opens the direct chat with a user.</summary>
public sealed record OpenChatFrame(Guid UserId) : ClientFrame;

/// <summary>A message to a chat or to a user; exactly one of the two is given.</summary>
public sealed record SendFrame(Guid? ChatId, Guid? To, Guid MessageId, string Content) : ClientFrame;

/// <summary>The own <c>READ</c> (or else <c>DELIVERED</c>) position in a chat.</summary>
public sealed record AdvanceFrame(bool IsRead, Guid ChatId, long Seq) : ClientFrame;

/// <summary>The user began or stopped typing.</summary>
public sealed record TypingSignal(Guid ChatId, bool IsTyping) : ClientFrame;

/// <summary>The connection's own state: online or away.</summary>
public sealed record StatusFrame(bool IsAway) : ClientFrame;

/// <summary>The users whose presence this connection wants to hear of; replaces the last list.</summary>
public sealed record WatchFrame(IReadOnlyList<Guid> UserIds) : ClientFrame;

/// <summary>Asks for a sign of life.</summary>
public sealed record PingFrame : ClientFrame;

/// <summary>What could be read of a frame: the frame or the refusal, and what an answer has to carry back.</summary>
/// <param name="Type">The <c>type</c>, as far as it was readable.</param>
/// <param name="Frame">The frame, or null if it was refused.</param>
/// <param name="Refusal">The refusal, or null if there is a frame.</param>
/// <param name="Ref">The <c>ref</c>, as far as it was readable.</param>
/// <param name="MessageId">The <c>message_id</c> of a <c>MSG</c>, as far as it was readable.</param>
public readonly record struct ParsedFrame(string? Type, ClientFrame? Frame, Refusal? Refusal, string? Ref, Guid? MessageId);
