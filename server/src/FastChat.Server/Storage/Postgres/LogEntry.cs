using FastChat.Protocol;
using FastChat.Server.Chats;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// A request in the log, when it came, and what a transaction of unknown outcome would have made of it. When it is tried again and
/// that very thing is found in the database, it was that transaction: then it counts as stored now, not as a repeat.
/// </summary>
internal sealed class LogEntry(LogRequest request, long cameAt)
{
    private StoredMessage? maybeStored;
    private MovedPosition? maybeMoved;
    private Guid maybeMade;
    private StoredBlock? maybeBlocked;
    private bool maybeUnblocked;

    public LogRequest Request { get; } = request;

    /// <summary>The clock's timestamp.</summary>
    public long CameAt { get; } = cameAt;

    /// <summary>A transaction with this request may or may not have been committed.</summary>
    public bool IsUnknown { get; private set; }

    /// <summary>Remembers what the transaction whose outcome is not known has assigned.</summary>
    public void NoteUnknown()
    {
        IsUnknown = true;
        switch (Request)
        {
            case AppendRequest { Stored: { Duplicate: false } stored }:
                maybeStored = stored;
                break;
            case AdvanceRequest { Moved: { } moved }:
                maybeMoved = moved;
                break;
            case OpenRequest { Created: true } open:
                maybeMade = open.ChatId;
                break;
            case BlockRequest { Changed: true } block:
                (maybeBlocked, maybeUnblocked) = (block.Stored, !block.IsBlocked);
                break;
        }
    }

    /// <summary>
    /// Applies the request. One that nobody waits for any more is only looked up: it has been answered with
    /// <see cref="ErrorCode.Unavailable"/>, and its sender decides whether it is sent again.
    /// </summary>
    public void Apply(LogBatch batch, IChatRows rows, bool isOverdue)
    {
        if (isOverdue && Request is AppendRequest { Draft: var draft } && rows.FindKnown(draft.SenderId, draft.MessageId) is null)
        {
            Request.Reset();
            Request.Refuse(PostgresMessageLog.Away);
            return;
        }

        batch.Apply(Request);
        if (IsUnknown)
        {
            Recognize();
        }
    }

    private void Recognize()
    {
        switch (Request)
        {
            case AppendRequest { Stored: { Duplicate: true } found } append when IsSamePlace(found.Message, maybeStored?.Message):
                append.Stored = maybeStored;
                break;
            case AdvanceRequest { Refusal: null, Moved: null } advance:
                // It stands there or farther: so it may be said in any case.
                advance.Moved = maybeMoved;
                break;
            case OpenRequest { Created: false, Refusal: null } open:
                open.Created = open.ChatId == maybeMade;
                break;
            case BlockRequest { IsBlocked: true, Changed: false, Stored: { } stored } block:
                block.Changed = stored.BlockedAt == maybeBlocked?.BlockedAt;
                break;
            case BlockRequest { IsBlocked: false, Refusal.Code: ErrorCode.NotFound } block when maybeUnblocked:
                block.Reset();
                block.Changed = true;
                break;
        }
    }

    private static bool IsSamePlace(MessageFrame found, MessageFrame? assigned) =>
        assigned is not null && found.ChatId == assigned.ChatId && found.Seq == assigned.Seq && found.SentAt == assigned.SentAt;
}
