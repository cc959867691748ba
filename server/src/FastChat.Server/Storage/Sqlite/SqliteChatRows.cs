using System.Runtime.InteropServices;
using FastChat.Protocol;
using FastChat.Server.Chats;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>The chats of a batch on SQLite: remembered, or else read when they are first asked for.</summary>
internal sealed class SqliteChatRows(SqliteChatStatements statements, SqliteChatCache cache) : IChatRows
{
    public ChatHead? Find(Guid chatId) => cache.Find(chatId, statements.LoadChat);

    public Guid? FindDirect(Guid one, Guid other) => cache.FindDirect(one, other, statements.FindDirect);

    public ChatHead CreateDirect(Guid chatId, Guid opener, Guid other, long now)
    {
        var head = statements.InsertDirect(chatId, opener, other, now);
        cache.Add(head);
        return head;
    }

    public KnownMessage? FindKnown(Guid senderId, Guid messageId) => statements.FindKnown(senderId, messageId);

    public string? NameOf(Guid userId) => statements.NameOf(userId);

    public void InsertMessage(MessageFrame message, long sentAt, byte[] hash) => statements.InsertMessage(message, sentAt, hash);

    public void MarkOpened(ChatHead head, Guid userId) => statements.MarkOpened(head.ChatId, userId);

    public long LastShown(Guid chatId, Guid userId, long seq) => statements.Blocks.LastShown(chatId, userId, seq);

    public void Hide(Guid chatId, Guid userId, long firstSeq, long lastSeq) => statements.Blocks.Hide(chatId, userId, firstSeq, lastSeq);

    public void Hold(Guid chatId, Guid userId, Guid viewerId, long deliveredSeq, long readSeq) =>
        statements.Blocks.Hold(chatId, userId, viewerId, deliveredSeq, readSeq);

    public long? FindBlock(Guid blockerId, Guid blockedId) => statements.Blocks.Find(blockerId, blockedId);

    public long CountBlocks(Guid blockerId) => statements.Blocks.Count(blockerId);

    public void InsertBlock(Guid blockerId, Guid blockedId, long blockedAt, long lastSeen) =>
        statements.Blocks.Insert(blockerId, blockedId, blockedAt, lastSeen);

    public void DeleteBlock(Guid blockerId, Guid blockedId) => statements.Blocks.Delete(blockerId, blockedId);

    /// <summary>Writes the chats' rows and positions that changed.</summary>
    public void Flush(IEnumerable<ChatHead> touched)
    {
        foreach (var head in touched)
        {
            if (head.TakeIsChanged())
            {
                statements.UpdateChat(head);
            }

            foreach (ref var member in CollectionsMarshal.AsSpan(head.Members))
            {
                if (member.TakeIsChanged())
                {
                    statements.UpdateMember(head.ChatId, member);
                }

                if (member.TakeIsBlockChanged())
                {
                    statements.UpdateBlock(head.ChatId, member);
                }
            }
        }
    }
}
