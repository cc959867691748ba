using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Chats;

/// <summary>
/// Messages of which this node has not heard, from the database, as the hints that did not come: for a gap between two revisions,
/// and for the last message of a chat, which no later one gives away (CL5).
/// </summary>
public sealed class MissedMessages(IDatabase database)
{
    /// <summary>More messages of a chat than this at once are left to the clients, who see the gap and fetch what they want (CL1).</summary>
    private const int Most = 500;

    /// <summary>The chats with messages sent since then, each with the revision of its last.</summary>
    public Task<Dictionary<Guid, long>> HeadsAsync(DateTimeOffset since, CancellationToken cancellationToken) => database.ReadAsync(
        (db, ct) => db.Set<ChatMessage>()
            .Where(message => message.SentAt > since)
            .GroupBy(message => message.ChatId)
            .Select(chat => new { ChatId = chat.Key, Rev = chat.Max(message => message.Rev) })
            .ToDictionaryAsync(chat => chat.ChatId, chat => chat.Rev, ct),
        cancellationToken);

    /// <summary>What a node has not delivered of some chats, by <c>rev</c>.</summary>
    /// <param name="chats">The chats, each with the last revision that was delivered; -1: nothing is known of it.</param>
    /// <param name="since">Of a chat of which nothing is known, what was sent since then.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<MessageHint>> ReadAsync(IReadOnlyCollection<(Guid ChatId, long Last)> chats, DateTimeOffset since, CancellationToken cancellationToken) => database.ReadAsync(
        async (db, ct) =>
        {
            var rows = new List<ChatMessage>();
            foreach (var (chatId, last) in chats)
            {
                var messages = db.Set<ChatMessage>().Where(message => message.ChatId == chatId);
                messages = last < 0 ? messages.Where(message => message.SentAt > since) : messages.Where(message => message.Rev > last);
                rows.AddRange(await messages.OrderByDescending(message => message.Rev).Take(Most).ToListAsync(ct));
            }

            return await DescribeAsync(db, rows, ct);
        },
        cancellationToken);

    /// <summary>The messages of a chat with these revisions; none if there are too many.</summary>
    /// <param name="chatId">The chat.</param>
    /// <param name="after">The last one that is known.</param>
    /// <param name="upTo">The last one that is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<MessageHint>> ReadAsync(Guid chatId, long after, long upTo, CancellationToken cancellationToken) => upTo - after > Most
        ? Task.FromResult<List<MessageHint>>([])
        : database.ReadAsync(
            async (db, ct) => await DescribeAsync(db, await ChatQueries.Changes(db, chatId, after, upTo).ToListAsync(ct), ct),
            cancellationToken);

    private static async Task<List<MessageHint>> DescribeAsync(FastChatDbContext db, List<ChatMessage> rows, CancellationToken cancellationToken)
    {
        var chatIds = rows.Select(message => message.ChatId).Distinct().ToList();
        var members = (await db.Set<ChatMember>()
            .Where(member => chatIds.Contains(member.ChatId))
            .Join(db.Set<User>(), member => member.UserId, user => user.UserId, (member, user) => new Reader(member, user.DisplayName))
            .ToListAsync(cancellationToken)).ToLookup(reader => reader.Member.ChatId);
        var hidden = members.SelectMany(chat => chat).Any(reader => reader.Member.HiddenSeq > 0)
            ? (await db.Set<HiddenRange>().Where(range => chatIds.Contains(range.ChatId)).ToListAsync(cancellationToken)).ToLookup(range => range.ChatId)
            : Array.Empty<HiddenRange>().ToLookup(range => range.ChatId);
        return rows.OrderBy(message => message.Rev).ToList()
            .ConvertAll(message => Describe(message, [.. members[message.ChatId]], [.. hidden[message.ChatId]]));
    }

    private static MessageHint Describe(ChatMessage message, List<Reader> readers, List<HiddenRange> hidden)
    {
        bool IsHidden(Guid userId, long seq) => hidden.Exists(range => range.UserId == userId && range.FirstSeq <= seq && seq <= range.LastSeq);
        var shown = readers.Select(reader => reader.Member.UserId).Where(userId => !IsHidden(userId, message.Seq)).ToList();

        // To whom all earlier ones are hidden, the chat is new.
        var newTo = shown.FindAll(userId => message.Seq == 1
            || hidden.Exists(range => range.UserId == userId && range.FirstSeq == 1 && range.LastSeq == message.Seq - 1));
        return new StoredMessage(new MessageFrame(ChatQueries.ToBody(message)), shown, Duplicate: false, newTo.Count > 0 ? Before(message, readers) : null)
        {
            HiddenFrom = [.. readers.Select(reader => reader.Member.UserId).Except(shown)],
            NewTo = newTo,
        }.ToHint(connectionId: null);
    }

    /// <summary>The chat as it was before its first message that somebody is shown.</summary>
    private static ChatBody Before(ChatMessage message, List<Reader> readers) => new()
    {
        ChatId = message.ChatId,
        Kind = Chat.Direct,
        Members = readers.ConvertAll(reader => new MemberBody(reader.Member.UserId, reader.DisplayName, DeliveredSeq: 0, ReadSeq: 0)),
        LastSeq = 0,
        Rev = 0,
        LastMessage = null,
        Unread = 0,
        UpdatedAt = message.SentAt,
    };

    private sealed record Reader(ChatMember Member, string DisplayName);
}
