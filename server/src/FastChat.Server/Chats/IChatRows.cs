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
}
