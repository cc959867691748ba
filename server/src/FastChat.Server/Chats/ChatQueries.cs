using FastChat.Protocol;
using FastChat.Server.Blocks;
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
                return bodies.Count == 1 ? bodies[0].Body : NotFound;
            },
            cancellationToken);

    /// <summary>A page of a user's chats, last change first.</summary>
    public Task<(List<ChatBody> Chats, ChatCursor? Next)> ListAsync(
        Guid userId, int limit, ChatCursor? after, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (db, ct) =>
            {
                var page = await PageAsync(db, userId, limit, after, ct);
                return ((await DescribeAsync(db, page.Chats, userId, ct)).ConvertAll(chat => chat.Body), page.Next);
            },
            cancellationToken);

    /// <summary>Messages with <c>seq &lt; before</c> (or the latest), ascending, and whether there are earlier ones.</summary>
    public Task<Outcome<HistoryBody>> HistoryAsync(Guid chatId, Guid userId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<Outcome<HistoryBody>>(
            async (db, ct) =>
            {
                var member = await db.Set<ChatMember>().FirstOrDefaultAsync(own => own.ChatId == chatId && own.UserId == userId, ct);
                if (member is null)
                {
                    return NotFound;
                }

                var rows = await db.Set<ChatMessage>()
                    .Where(message => message.ChatId == chatId && message.Seq < (before ?? long.MaxValue))
                    .OrderByDescending(message => message.Seq)
                    .Take(limit + 1)
                    .ToListAsync(ct);
                var messages = rows.Take(limit).Reverse().ToList();
                return new HistoryBody(await HiddenMessages.ShowAsync(db, messages, userId, member.HiddenSeq, ct), rows.Count > limit);
            },
            cancellationToken);

    /// <summary>Messages with <c>rev &gt; after</c>, by <c>rev</c>, as they are now.</summary>
    public Task<Outcome<ChangesBody>> ChangesAsync(Guid chatId, Guid userId, long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<Outcome<ChangesBody>>(
            async (db, ct) =>
            {
                var own = await db.Set<ChatMember>()
                    .Where(member => member.ChatId == chatId && member.UserId == userId)
                    .Join(db.Set<Chat>(), member => member.ChatId, chat => chat.ChatId, (member, chat) => new { chat.Rev, member.HiddenSeq })
                    .FirstOrDefaultAsync(ct);
                if (own is null)
                {
                    return NotFound;
                }

                // Bounded by the chat's rev as read above, so that `rev` never claims more than the messages show.
                var rows = await Changes(db, chatId, after, own.Rev).Take(limit + 1).ToListAsync(ct);
                var messages = await HiddenMessages.ShowAsync(db, rows.GetRange(0, Math.Min(limit, rows.Count)), userId, own.HiddenSeq, ct);
                var more = rows.Count > limit;
                return new ChangesBody(messages, more ? messages[^1].Rev : own.Rev, more);
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

    internal static async Task<List<OwnChat>> DescribeAsync(
        FastChatDbContext db, List<Chat> chats, Guid userId, CancellationToken cancellationToken)
    {
        var ids = chats.ConvertAll(chat => chat.ChatId);
        var members = (await ReadMembersAsync(db, ids, userId, cancellationToken)).ToLookup(member => member.ChatId);
        var last = await db.Set<ChatMessage>()
            .Join(
                db.Set<Chat>().Where(chat => ids.Contains(chat.ChatId)),
                message => new { message.ChatId, message.Seq },
                chat => new { chat.ChatId, Seq = chat.LastSeq },
                (message, chat) => message)
            .ToDictionaryAsync(message => message.ChatId, cancellationToken);
        var own = ids.ToDictionary(id => id, id => members[id].First(member => member.Body.UserId == userId));
        var read = own.Values.Where(member => member.HiddenSeq > member.Body.ReadSeq).ToDictionary(member => member.ChatId, member => member.Body.ReadSeq);
        var hidden = await HiddenMessages.CountUnreadAsync(db, userId, read, cancellationToken);
        return chats.ConvertAll(chat => new OwnChat(
            ToBody(
                chat,
                [.. members[chat.ChatId].Select(member => member.Body)],
                last.GetValueOrDefault(chat.ChatId),
                own[chat.ChatId],
                hidden.GetValueOrDefault(chat.ChatId)),
            own[chat.ChatId].HiddenSeq));
    }

    /// <summary>The members as one of them is told: of who has blocked that one, the positions that are held.</summary>
    private static async Task<List<SeenMember>> ReadMembersAsync(
        FastChatDbContext db, List<Guid> chatIds, Guid viewerId, CancellationToken cancellationToken)
    {
        var rows = await (
            from member in db.Set<ChatMember>()
            where chatIds.Contains(member.ChatId)
            join user in db.Set<User>() on member.UserId equals user.UserId
            from block in db.Set<UserBlock>().Where(block => block.BlockerId == member.UserId && block.BlockedId == viewerId).DefaultIfEmpty()
            from held in db.Set<HeldPosition>()
                .Where(held => held.UserId == member.UserId && held.ViewerId == viewerId && held.ChatId == member.ChatId)
                .DefaultIfEmpty()
            select new
            {
                member.ChatId,
                Body = new MemberBody(member.UserId, user.DisplayName, member.DeliveredSeq, member.ReadSeq),
                member.HiddenSeq,
                IsHeld = block != null,
                HeldDelivered = (long?)held!.DeliveredSeq,
                HeldRead = (long?)held.ReadSeq,
            }).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new SeenMember(
            row.ChatId,
            row.IsHeld ? row.Body with { DeliveredSeq = row.HeldDelivered ?? 0, ReadSeq = row.HeldRead ?? 0 } : row.Body,
            row.HiddenSeq));
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

    /// <summary>The chats a user sees: those with a message that is not hidden from them, and others that this user has opened (CH12, BL5).</summary>
    private static IQueryable<Chat> Own(FastChatDbContext db, Guid userId, bool alsoUnopened = false) =>
        from member in db.Set<ChatMember>()
        join chat in db.Set<Chat>() on member.ChatId equals chat.ChatId
        where member.UserId == userId && (alsoUnopened || member.Opened
            || (chat.LastSeq > 0 && !(member.HiddenFrom == 1 && member.HiddenSeq == chat.LastSeq)))
        select chat;

    private static ChatBody ToBody(Chat chat, List<MemberBody> members, ChatMessage? last, SeenMember own, long hiddenUnread) => new()
    {
        ChatId = chat.ChatId,
        Kind = chat.Kind,
        Members = members,
        LastSeq = chat.LastSeq,
        Rev = chat.Rev,
        LastMessage = last is null ? null : last.Seq == own.HiddenSeq ? ToBody(last).ToHidden() : ToBody(last),
        Unread = chat.LastSeq - own.Body.ReadSeq - hiddenUnread,
        UpdatedAt = chat.UpdatedAt,
    };

    private sealed record SeenMember(Guid ChatId, MemberBody Body, long HiddenSeq);
}

/// <summary>A chat as a member sees it, and the last of its messages that is hidden from them; 0: none is.</summary>
internal sealed record OwnChat(ChatBody Body, long HiddenSeq);
