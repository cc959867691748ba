using FastChat.Protocol;

namespace FastChat.Server.Chats;

/// <summary>
/// What a <see cref="LogBatch"/> reads and writes, within one transaction; the database's adaptor brings it. What is found is as
/// it stands after all that was written through it, and nobody else can change a chat that was found until the transaction ends.
/// </summary>
internal interface IChatRows
{
    /// <summary>A chat with its members; null if there is none.</summary>
    ChatHead? Find(Guid chatId);

    /// <summary>The direct chat of two users, in either order; null if there is none.</summary>
    Guid? FindDirect(Guid one, Guid other);

    /// <summary>Makes the direct chat of two users; only the first has opened it. The time is in Unix milliseconds.</summary>
    ChatHead CreateDirect(Guid chatId, Guid opener, Guid other, long now);

    /// <summary>The message that this sender stored under this id; null if there is none.</summary>
    KnownMessage? FindKnown(Guid senderId, Guid messageId);

    /// <summary>A user's name; null if there is no such user.</summary>
    string? NameOf(Guid userId);

    /// <summary>Stores a message at its place. The time is in Unix milliseconds.</summary>
    void InsertMessage(MessageFrame message, long sentAt, byte[] hash);

    /// <summary>Notes that a member has opened the chat.</summary>
    void MarkOpened(ChatHead head, Guid userId);

    /// <summary>
    /// The last message up to <paramref name="seq"/> that is not hidden from a member; 0 if all are. Asked only of places before
    /// the member's last hidden range.
    /// </summary>
    long LastShown(Guid chatId, Guid userId, long seq);

    /// <summary>Stores that a range of messages is hidden from a member; one that was stored with the same beginning becomes longer.</summary>
    void Hide(Guid chatId, Guid userId, long firstSeq, long lastSeq);

    /// <summary>Stores where a blocker stands, as the blocked one is told from now on.</summary>
    void Hold(Guid chatId, Guid userId, Guid viewerId, long deliveredSeq, long readSeq);

    /// <summary>When a user blocked another, in Unix milliseconds; null if they have not.</summary>
    long? FindBlock(Guid blockerId, Guid blockedId);

    /// <summary>How many users a user has blocked.</summary>
    long CountBlocks(Guid blockerId);

    /// <summary>Stores a block. The times are in Unix milliseconds.</summary>
    void InsertBlock(Guid blockerId, Guid blockedId, long blockedAt, long lastSeen);

    /// <summary>Takes a block away, and the positions held because of it.</summary>
    void DeleteBlock(Guid blockerId, Guid blockedId);
}
