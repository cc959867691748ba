using FastChat.Protocol;
using FastChat.Server.Chats;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>The chats of one transaction: what the first round trip has read, and what the second is to write.</summary>
internal sealed partial class LogRows : IChatRows
{
    private readonly Dictionary<Guid, ChatHead> heads = [];
    private readonly Dictionary<(Guid Low, Guid High), Guid> directs = [];
    private readonly Dictionary<(Guid SenderId, Guid MessageId), KnownMessage> known = [];
    private readonly Dictionary<Guid, string> names = [];

    /// <summary>Chats that are new, with who opened them first and when, in Unix milliseconds.</summary>
    public List<(ChatHead Head, long At)> Created { get; } = [];

    /// <summary>Messages that are new.</summary>
    public List<(MessageFrame Message, byte[] Hash)> Messages { get; } = [];

    /// <summary>Who has opened which chat.</summary>
    public HashSet<(Guid ChatId, Guid UserId)> Opened { get; } = [];

    /// <summary>Two users' ids as a direct chat holds them.</summary>
    public static (Guid Low, Guid High) InOrder(Guid one, Guid other) => one.CompareTo(other) < 0 ? (one, other) : (other, one);

    /// <summary>The number of the advisory lock of two users.</summary>
    public static long LockOf((Guid Low, Guid High) pair) =>
        unchecked(BitConverter.ToInt64(pair.Low.ToByteArray(), 8) + (31 * BitConverter.ToInt64(pair.High.ToByteArray(), 8)));

    /// <summary>Reads the answers to <see cref="LogQuestion"/>, from behind the first.</summary>
    public static async Task<LogRows> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new LogRows();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.AddKnown(reader);
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.AddChat(reader);
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // A chat that came to be since the rows were locked is not among them; making it again will find that out.
            if (rows.heads.TryGetValue(reader.GetGuid(0), out var head))
            {
                rows.AddMember(head, reader);
            }
        }

        if (await reader.NextResultAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.AddUser(reader);
            }
        }

        if (await reader.NextResultAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.counts[reader.GetGuid(0)] = reader.GetInt64(1);
            }
        }

        return rows;
    }

    public ChatHead? Find(Guid chatId) => heads.GetValueOrDefault(chatId);

    public Guid? FindDirect(Guid one, Guid other) => directs.TryGetValue(InOrder(one, other), out var chatId) ? chatId : null;

    public ChatHead CreateDirect(Guid chatId, Guid opener, Guid other, long now)
    {
        var head = new ChatHead(chatId, Chat.Direct, 0, 0, now, [new MemberHead(opener, opened: true), new MemberHead(other)]);
        foreach (var (blocker, blocked) in new[] { (opener, other), (other, opener) })
        {
            if (FindBlock(blocker, blocked) is not null)
            {
                head.SetBlock(blocker, blocked, isBlocked: true);
            }
        }

        heads.Add(chatId, head);
        directs.Add(InOrder(opener, other), chatId);
        Created.Add((head, now));
        Opened.Add((chatId, opener));
        return head;
    }

    public KnownMessage? FindKnown(Guid senderId, Guid messageId) => known.GetValueOrDefault((senderId, messageId));

    public string? NameOf(Guid userId) => names.GetValueOrDefault(userId);

    public void InsertMessage(MessageFrame message, long sentAt, byte[] hash)
    {
        known.Add(
            (message.SenderId, message.MessageId),
            new KnownMessage(message.ChatId, message.Seq, message.Rev, message.Content!, hash, sentAt, EditedAt: null, DeletedAt: null));
        Messages.Add((message, hash));
    }

    public void MarkOpened(ChatHead head, Guid userId) => Opened.Add((head.ChatId, userId));

    private void AddChat(NpgsqlDataReader row)
    {
        var chatId = row.GetGuid(0);
        heads.Add(chatId, new ChatHead(chatId, row.GetString(1), row.GetInt64(2), row.GetInt64(3), Ms(row, 4), []));
        if (!row.IsDBNull(5))
        {
            directs.Add((row.GetGuid(5), row.GetGuid(6)), chatId);
        }
    }

    private void AddMember(ChatHead head, NpgsqlDataReader row)
    {
        var userId = row.GetGuid(1);
        if (!head.HasMember(userId))
        {
            var member = new MemberHead(
                userId, row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetBoolean(6), row.GetBoolean(7));
            head.AddMember(member);
            if (member.HiddenSeq > 0)
            {
                ranges[(head.ChatId, userId, member.HiddenFrom)] = member.HiddenSeq;
            }
        }

        if (!row.IsDBNull(8))
        {
            head.AddBlock(userId, row.GetGuid(8));
        }
    }

    private void AddUser(NpgsqlDataReader row)
    {
        names[row.GetGuid(0)] = row.GetString(1);
        if (!row.IsDBNull(2))
        {
            blocks[(row.GetGuid(0), row.GetGuid(2))] = Ms(row, 3);
        }
    }

    private void AddKnown(NpgsqlDataReader row) => known[(row.GetGuid(0), row.GetGuid(1))] = new KnownMessage(
        row.GetGuid(2),
        row.GetInt64(3),
        row.GetInt64(4),
        row.GetString(5),
        row.GetFieldValue<byte[]>(6),
        Ms(row, 7),
        TimeOrNull(row, 8),
        TimeOrNull(row, 9));

    private static long Ms(NpgsqlDataReader row, int column) => new DateTimeOffset(row.GetDateTime(column)).ToUnixTimeMilliseconds();

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(Ms(row, column));
}
