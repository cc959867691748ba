using System.Diagnostics;

namespace FastChat.Server.Cluster;

/// <summary>Something that happened and that other parts, on any node, may want to act on.</summary>
public abstract record Hint;

/// <summary>A frame for every connection of some users.</summary>
/// <param name="UserIds">Whose connections get it.</param>
/// <param name="Frame">The encoded frame; the bytes are shared by all who get it.</param>
/// <param name="ExceptConnection">The connection that caused it and knows already.</param>
public sealed record FrameHint(IReadOnlyList<Guid> UserIds, ReadOnlyMemory<byte> Frame, Guid? ExceptConnection) : Hint
{
    /// <summary>A reader who lags behind need only get the last frame with the same key; null: it needs each.</summary>
    public MergeKey? Key { get; init; }

    /// <summary>A reader who lags behind need not get it at all.</summary>
    public bool IsDroppable { get; init; }
}

/// <summary>
/// What a frame tells the state of, so that a later one makes it superfluous: a chat (its next <c>rev</c> reveals what was
/// left out, CL1) or a member's position in it.
/// </summary>
public readonly record struct MergeKey(string Kind, Guid ChatId, Guid UserId);

/// <summary>
/// A chat has a new revision. Those of a chat may overtake each other on the way between nodes; their <paramref name="Rev"/>
/// tells, and what is missing stands in the database.
/// </summary>
/// <param name="ChatId">The chat.</param>
/// <param name="Rev">Its revision.</param>
/// <param name="Frames">What its members are told, in this order; empty: it was too large for the bus and stands in the database.</param>
public sealed record MessageHint(Guid ChatId, long Rev, IReadOnlyList<FrameHint> Frames) : Hint
{
    /// <summary>When it was committed, by this process's <c>TimeProvider.GetTimestamp</c>; 0 if it comes from elsewhere.</summary>
    public long CommittedAt { get; init; }

    /// <summary>The trace that it belongs to; default if there is none.</summary>
    public ActivityContext Trace { get; init; }
}

/// <summary>A user has opened a chat.</summary>
/// <param name="ChatId">The chat.</param>
/// <param name="Frame">What the user's connections are told; its frame is empty if it was too large for the bus, and then the chat is read again.</param>
public sealed record ChatOpenedHint(Guid ChatId, FrameHint Frame) : Hint;

/// <summary>A session was revoked: its token and its connections end.</summary>
public sealed record SessionRevokedHint(Guid SessionId) : Hint;

/// <summary>A user has a new name.</summary>
public sealed record UserRenamedHint(Guid UserId, string DisplayName) : Hint;

/// <summary>A user has blocked another, or has ended that; the database says which.</summary>
/// <param name="BlockerId">Who blocks.</param>
/// <param name="BlockedId">Who is blocked.</param>
/// <param name="Origin">The node that did it and knows already.</param>
public sealed record BlocksChangedHint(Guid BlockerId, Guid BlockedId, Guid Origin) : Hint;
