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
            }
        }
    }
}
