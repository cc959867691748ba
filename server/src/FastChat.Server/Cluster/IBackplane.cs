namespace FastChat.Server.Cluster;

/// <summary>
/// The bus between nodes. It carries hints: the database is the truth, and a hint that is lost delays something by
/// seconds but loses nothing. Hints of one publisher arrive in the order in which they were published.
/// </summary>
public interface IBackplane
{
    /// <summary>Hands a hint to every node, this one included. Never blocks and never throws.</summary>
    void Publish(Hint hint);

    /// <summary>Hears of every hint from now on, one at a time; the handler must not block.</summary>
    void Subscribe(Action<Hint> handler);
}

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

/// <summary>A session was revoked: its token and its connections end.</summary>
public sealed record SessionRevokedHint(Guid SessionId) : Hint;

/// <summary>A user has a new name.</summary>
public sealed record UserRenamedHint(Guid UserId, string DisplayName) : Hint;

/// <summary>A user has blocked another, or has ended that; the database says which.</summary>
/// <param name="BlockerId">Who blocks.</param>
/// <param name="BlockedId">Who is blocked.</param>
/// <param name="Origin">The node that did it and knows already.</param>
public sealed record BlocksChangedHint(Guid BlockerId, Guid BlockedId, Guid Origin) : Hint;
