using FastChat.Protocol;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Chats;

/// <summary>Messages as a member is shown them: those that are hidden from them without what they say (BL2).</summary>
internal static class HiddenMessages
{
    /// <summary>Messages of one chat as a member sees them. It costs a query only where something in the chat is hidden from them.</summary>
    /// <param name="db">The database.</param>
    /// <param name="messages">The messages.</param>
    /// <param name="userId">The member.</param>
    /// <param name="hiddenSeq">The member's last message that is hidden; 0: none is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<List<MessageBody>> ShowAsync(
        FastChatDbContext db, List<ChatMessage> messages, Guid userId, long hiddenSeq, CancellationToken cancellationToken)
    {
        if (messages.Count == 0 || messages.TrueForAll(message => message.Seq > hiddenSeq))
        {
            return messages.ConvertAll(ChatQueries.ToBody);
        }

        var (chatId, first, last) = (messages[0].ChatId, messages.Min(message => message.Seq), messages.Max(message => message.Seq));
        var ranges = await db.Set<HiddenRange>()
            .Where(range => range.ChatId == chatId && range.UserId == userId && range.FirstSeq <= last && range.LastSeq >= first)
            .ToListAsync(cancellationToken);
        return messages.ConvertAll(message =>
        {
            var isHidden = ranges.Exists(range => range.FirstSeq <= message.Seq && message.Seq <= range.LastSeq);
            return isHidden ? ChatQueries.ToBody(message).ToHidden() : ChatQueries.ToBody(message);
        });
    }

    /// <summary>How many messages behind a member's read position are hidden from them, by chat; chats without any are left out.</summary>
    /// <param name="db">The database.</param>
    /// <param name="userId">The member.</param>
    /// <param name="read">The read positions of the chats in which something behind them is hidden.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Dictionary<Guid, long>> CountUnreadAsync(
        FastChatDbContext db, Guid userId, Dictionary<Guid, long> read, CancellationToken cancellationToken)
    {
        if (read.Count == 0)
        {
            return [];
        }

        var (chatIds, least) = (read.Keys.ToList(), read.Values.Min());
        var ranges = await db.Set<HiddenRange>()
            .Where(range => chatIds.Contains(range.ChatId) && range.UserId == userId && range.LastSeq > least)
            .ToListAsync(cancellationToken);
        return ranges.GroupBy(range => range.ChatId).ToDictionary(
            chat => chat.Key,
            chat => chat.Sum(range => Math.Max(0, range.LastSeq - Math.Max(range.FirstSeq - 1, read[chat.Key]))));
    }
}
