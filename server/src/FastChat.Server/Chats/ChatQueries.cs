using FastChat.Protocol;
using FastChat.Server.Identity;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Chats;

/// <summary>Reads chats as one of their members sees them. To anybody else a chat does not exist (CH6).</summary>
public sealed class ChatQueries(IDatabase database)
{
    /// <summary>The same for a chat of others and for one that does not exist.</summary>
    public static Refusal NotFound => new(ErrorCode.ChatNotFound, "There is no such chat for you.");

    /// <summary>No user has this id.</summary>
    public static Refusal UserNotFound => new(ErrorCode.UserNotFound, "There is no such user.");

    /// <summary>One chat.</summary>
    public Task<Outcome<ChatBody>> FindAsync(Guid chatId, Guid userId, CancellationToken cancellationToken) =>
        database.ReadAsync<Outcome<ChatBody>>(
            async (db, ct) =>
            {
                var chats = await Own(db, userId, alsoUnopened: true).Where(chat => chat.ChatId == chatId).ToListAsync(ct);
                var bodies = await DescribeAsync(db, chats, userId, ct);
                return bodies.Count == 1 ? bodies[0] : NotFound;
            },
            cancellationToken);

    /// <summary>A page of a user's chats, last change first.</summary>
    public Task<(List<ChatBody> Chats, ChatCursor? Next)> ListAsync(
        Guid userId, int limit, ChatCursor? after, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (db, ct) =>
            {
                var page = await PageAsync(db, userId, limit, after, ct);
                return (await DescribeAsync(db, page.Chats, userId, ct), page.Next);
            },
            cancellationToken);

    /// <summary>Messages with <c>seq &lt; before</c> (or the latest), ascending, and whether there are earlier ones.</summary>
    public Task<Outcome<HistoryBody>> HistoryAsync(Guid chatId, Guid userId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<Outcome<HistoryBody>>(
            async (db, ct) =>
            {
                if (!await IsMemberAsync(db, chatId, userId, ct))
                {
                    return NotFound;
                }

                var rows = await db.Set<ChatMessage>()
                    .Where(message => message.ChatId == chatId && message.Seq < (before ?? long.MaxValue))
                    .OrderByDescending(message => message.Seq)
                    .Take(limit + 1)
                    .ToListAsync(ct);
                var messages = rows.Take(limit).Reverse().Select(ToBody).ToList();
                return new HistoryBody(messages, rows.Count > limit);
            },
            cancellationToken);

    /// <summary>Messages with <c>rev &gt; after</c>, by <c>rev</c>, as they are now.</summary>
    public Task<Outcome<ChangesBody>> ChangesAsync(Guid chatId, Guid userId, long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<Outcome<ChangesBody>>(
            async (db, ct) =>
            {
                var chat = await Own(db, userId, alsoUnopened: true).FirstOrDefaultAsync(candidate => candidate.ChatId == chatId, ct);
                if (chat is null)
                {
                    return NotFound;
                }

                // Bounded by the chat's rev as read above, so that `rev` never claims more than the messages show.
                var rows = await Changes(db, chatId, after, chat.Rev).Take(limit + 1).ToListAsync(ct);
                var messages = rows.Take(limit).Select(ToBody).ToList();
                var more = rows.Count > limit;
                return new ChangesBody(messages, more ? messages[^1].Rev : chat.Rev, more);
            },
            cancellationToken);

    internal static IQueryable<ChatMessage> Changes(FastChatDbContext db, Guid chatId, long after, long upTo) => db.Set<ChatMessage>()
        .Where(message => message.ChatId == chatId && message.Rev > after && message.Rev <= upTo)
        .OrderBy(message => message.Rev);

    internal static async Task<(List<Chat> Chats, ChatCursor? Next)> PageAsync(
        FastChatDbContext db, Guid userId, int limit, ChatCursor? after, CancellationToken cancellationToken)
    {
        var chats = Own(db, userId);
        if (after is { } cursor)
        {
            chats = chats.Where(chat =>
                chat.UpdatedAt < cursor.UpdatedAt || (chat.UpdatedAt == cursor.UpdatedAt && chat.ChatId.CompareTo(cursor.ChatId) < 0));
        }

        var page = await chats.OrderByDescending(chat => chat.UpdatedAt).ThenByDescending(chat => chat.ChatId)
            .Take(limit + 1).ToListAsync(cancellationToken);
        if (page.Count <= limit)
        {
            return (page, null);
        }

        page.RemoveAt(limit);
        return (page, new ChatCursor(page[^1].UpdatedAt, page[^1].ChatId));
    }

    internal static async Task<List<ChatBody>> DescribeAsync(
        FastChatDbContext db, List<Chat> chats, Guid userId, CancellationToken cancellationToken)
    {
        var ids = chats.ConvertAll(chat => chat.ChatId);
        var members = (await db.Set<ChatMember>()
                .Where(member => ids.Contains(member.ChatId))
                .Join(db.Set<User>(), m => m.UserId, u => u.UserId, (m, u) => new { m.ChatId, Body = new MemberBody(m.UserId, u.DisplayName, m.DeliveredSeq, m.ReadSeq) })
                .ToListAsync(cancellationToken))
            .ToLookup(member => member.ChatId, member => member.Body);
        var last = await db.Set<ChatMessage>()
            .Join(
                db.Set<Chat>().Where(chat => ids.Contains(chat.ChatId)),
                message => new { message.ChatId, message.Seq },
                chat => new { chat.ChatId, Seq = chat.LastSeq },
                (message, chat) => message)
            .ToDictionaryAsync(message => message.ChatId, cancellationToken);
        return chats.ConvertAll(chat => ToBody(chat, [.. members[chat.ChatId]], last.GetValueOrDefault(chat.ChatId), userId));
    }

    internal static MessageBody ToBody(ChatMessage message) => new()
    {
        ChatId = message.ChatId,
        MessageId = message.MessageId,
        Seq = message.Seq,
        Rev = message.Rev,
        SenderId = message.SenderId,
        Content = message.Content,
        SentAt = message.SentAt,
        EditedAt = message.EditedAt,
        DeletedAt = message.DeletedAt,
    };

    internal static Task<bool> IsMemberAsync(FastChatDbContext db, Guid chatId, Guid userId, CancellationToken cancellationToken) =>
        db.Set<ChatMember>().AnyAsync(member => member.ChatId == chatId && member.UserId == userId, cancellationToken);

    /// <summary>The chats a user sees: those with messages, and empty ones that this user has opened (CH12).</summary>
    private static IQueryable<Chat> Own(FastChatDbContext db, Guid userId, bool alsoUnopened = false) =>
        from member in db.Set<ChatMember>()
        join chat in db.Set<Chat>() on member.ChatId equals chat.ChatId
        where member.UserId == userId && (alsoUnopened || member.Opened || chat.LastSeq > 0)
        select chat;

    private static ChatBody ToBody(Chat chat, List<MemberBody> members, ChatMessage? last, Guid userId) => new()
    {
        ChatId = chat.ChatId,
        Kind = chat.Kind,
        Members = members,
        LastSeq = chat.LastSeq,
        Rev = chat.Rev,
        LastMessage = last is null ? null : ToBody(last),
        Unread = chat.LastSeq - members.First(member => member.UserId == userId).ReadSeq,
        UpdatedAt = chat.UpdatedAt,
    };
}
