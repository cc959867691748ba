using System.Diagnostics;
using FastChat.Protocol;

namespace FastChat.Server.Chats;

/// <summary>
/// Where chats are written: messages, positions and new direct chats, in one order. Many requests share a transaction,
/// and each is completed only after the commit is on disk (CH1).
/// <para>Guarantees: requests of one caller are applied in the order of <see cref="Enqueue"/> (CH4); <c>seq</c> and
/// <c>rev</c> of a chat have no holes (CH3); requests are completed one at a time, those of a chat in the order of
/// <c>rev</c>; a request that is refused or fails leaves nothing behind.</para>
/// </summary>
public interface IMessageLog
{
    /// <summary>Takes a request; false if too many are waiting, then nothing will happen to it.</summary>
    bool Enqueue(LogRequest request);
}

/// <summary>Something asked of the log. The log sets the result or <see cref="Refusal"/>, then it is completed.</summary>
public abstract class LogRequest
{
    /// <summary>When its transaction was committed, by the clock's timestamp; 0 before.</summary>
    public long CommittedAt { get; internal set; }

    /// <summary>Why nothing was stored; null if it was.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>Notes that nothing is stored.</summary>
    public void Refuse(Refusal refusal) => Refusal = refusal;

    /// <summary>Forgets what an earlier try came to that was undone.</summary>
    internal void Reset()
    {
        Refusal = null;
        Forget();
    }

    /// <summary>Called once, after the commit or the refusal, in the log's order; it must not block.</summary>
    public abstract void Complete();

    private protected abstract void Forget();
}

/// <summary>Appends a message to a chat, or to the direct chat with a user, which is made if there is none.</summary>
public abstract class AppendRequest(MessageDraft draft) : LogRequest
{
    /// <summary>What is to be stored.</summary>
    public MessageDraft Draft { get; } = draft;

    /// <summary>What was stored, now or by an earlier request with the same id.</summary>
    public StoredMessage? Stored { get; set; }

    /// <summary>The trace that it belongs to; default if there is none.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>When it came, in UTC; known only with a trace.</summary>
    public DateTimeOffset CameAt { get; init; }

    private protected sealed override void Forget() => Stored = null;
}

/// <summary>Moves a member's position forward.</summary>
public abstract class AdvanceRequest(Guid userId, Guid chatId, bool isRead, long seq) : LogRequest
{
    public Guid UserId { get; } = userId;

    public Guid ChatId { get; } = chatId;

    /// <summary>Read (which also delivers), or else only delivered.</summary>
    public bool IsRead { get; } = isRead;

    /// <summary>Up to which message; past the end counts as the end.</summary>
    public long Seq { get; } = seq;

    /// <summary>Where the position is now, and who is to know; null if it did not move.</summary>
    public MovedPosition? Moved { get; set; }

    private protected sealed override void Forget() => Moved = null;
}

/// <summary>Finds or makes the direct chat of two users and notes that the first has opened it.</summary>
public abstract class OpenRequest(Guid userId, Guid otherId) : LogRequest
{
    public Guid UserId { get; } = userId;

    public Guid OtherId { get; } = otherId;

    public Guid ChatId { get; set; }

    /// <summary>There was no such chat before.</summary>
    public bool Created { get; set; }

    private protected sealed override void Forget() => (ChatId, Created) = (Guid.Empty, false);
}

/// <summary>Blocks a user or ends that. What is sent before and after it follows from its place among the requests (BL2).</summary>
public abstract class BlockRequest(Guid userId, Guid otherId, bool isBlocked, DateTimeOffset lastSeen) : LogRequest
{
    public Guid UserId { get; } = userId;

    public Guid OtherId { get; } = otherId;

    /// <summary>Block, or else end it.</summary>
    public bool IsBlocked { get; } = isBlocked;

    /// <summary>When the blocker was last here, as the other is to be told while the block lasts.</summary>
    public DateTimeOffset LastSeen { get; } = lastSeen;

    /// <summary>Since when the other is blocked, and what their name is; null if they are not.</summary>
    public StoredBlock? Stored { get; set; }

    /// <summary>It was not so before.</summary>
    public bool Changed { get; set; }

    private protected sealed override void Forget() => (Stored, Changed) = (null, false);
}

/// <summary>A block as it is stored.</summary>
public sealed record StoredBlock(string DisplayName, DateTimeOffset BlockedAt);

/// <summary>A message before it has its place.</summary>
/// <param name="SenderId">From the token.</param>
/// <param name="ChatId">The chat; or else <paramref name="To"/> is given.</param>
/// <param name="To">The other user of a direct chat.</param>
/// <param name="MessageId">Chosen by the client, unique per sender for ever (CH2).</param>
/// <param name="Content">Stored exactly as it is (CH7).</param>
public sealed record MessageDraft(Guid SenderId, Guid? ChatId, Guid? To, Guid MessageId, string Content);

/// <summary>A position that moved, and which members are to hear of it.</summary>
public sealed record MovedPosition(long Seq, IReadOnlyList<Guid> Members);
