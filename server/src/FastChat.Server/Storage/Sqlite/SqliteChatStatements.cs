using FastChat.Protocol;
using FastChat.Server.Chats;
using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>The message log's SQL, prepared once on the writer's connection.</summary>
internal sealed class SqliteChatStatements
{
    private readonly List<PreparedStatement> all = [];
    private PreparedStatement? selectChat;
    private PreparedStatement? selectMembers;
    private PreparedStatement? selectDirect;
    private PreparedStatement? selectKnown;
    private PreparedStatement? selectName;
    private PreparedStatement? insertChat;
    private PreparedStatement? insertMember;
    private PreparedStatement? insertMessage;
    private PreparedStatement? updateChat;
    private PreparedStatement? updateMember;
    private PreparedStatement? markOpened;
    private PreparedStatement? updateBlock;

    /// <summary>Those of blocks and of what is hidden by them.</summary>
    public SqliteBlockStatements Blocks { get; } = new();

    /// <summary>Prepares the statements at the first call, and puts them into the running transaction at each.</summary>
    public void Attach(SqliteConnection connection, SqliteTransaction transaction)
    {
        if (all.Count == 0)
        {
            Prepare(connection);
        }

        foreach (var statement in all)
        {
            statement.Transaction = transaction;
        }
    }

    public ChatHead? LoadChat(Guid chatId)
    {
        using var row = selectChat!.Query(Blob(chatId));
        if (!row.Read())
        {
            return null;
        }

        var head = new ChatHead(chatId, row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), LoadMembers(chatId));
        if (head.Members.Exists(member => member.Blocking))
        {
            Blocks.Load(head);
        }

        return head;
    }

    public Guid? FindDirect(Guid one, Guid other)
    {
        var (low, high) = InOrder(one, other);
        using var row = selectDirect!.Query(low, high);
        return row.Read() ? Id(row, 0) : null;
    }

    public KnownMessage? FindKnown(Guid senderId, Guid messageId)
    {
        using var row = selectKnown!.Query(Blob(senderId), Blob(messageId));
        return row.Read()
            ? new KnownMessage(
                Id(row, 0),
                row.GetInt64(1),
                row.GetInt64(2),
                row.GetString(3),
                row.GetFieldValue<byte[]>(4),
                row.GetInt64(5),
                TimeOrNull(row, 6),
                TimeOrNull(row, 7))
            : null;
    }

    public string? NameOf(Guid userId)
    {
        using var row = selectName!.Query(Blob(userId));
        return row.Read() ? row.GetString(0) : null;
    }

    public ChatHead InsertDirect(Guid chatId, Guid opener, Guid other, long now)
    {
        var (low, high) = InOrder(opener, other);
        insertChat!.Run(Blob(chatId), Chat.Direct, low, high, now);
        var head = new ChatHead(chatId, Chat.Direct, 0, 0, now, [new MemberHead(opener, opened: true), new MemberHead(other)]);
        foreach (var (blocker, blocked) in new[] { (opener, other), (other, opener) })
        {
            if (Blocks.Find(blocker, blocked) is not null)
            {
                head.SetBlock(blocker, blocked, isBlocked: true);
            }
        }

        insertMember!.Run(Blob(chatId), Blob(opener), 1, now);
        insertMember!.Run(Blob(chatId), Blob(other), 0, now);
        return head;
    }

    public void InsertMessage(MessageFrame message, long sentAt, byte[] hash) => insertMessage!.Run(
        Blob(message.ChatId), message.Seq, Blob(message.MessageId), message.Rev, Blob(message.SenderId), message.Content!, hash, sentAt);

    public void UpdateChat(ChatHead head) => updateChat!.Run(head.LastSeq, head.Rev, head.UpdatedAt, Blob(head.ChatId));

    public void UpdateMember(Guid chatId, in MemberHead member) =>
        updateMember!.Run(member.DeliveredSeq, member.ReadSeq, Blob(chatId), Blob(member.UserId));

    public void UpdateBlock(Guid chatId, in MemberHead member) =>
        updateBlock!.Run(member.HiddenFrom, member.HiddenSeq, member.Blocking ? 1 : 0, Blob(chatId), Blob(member.UserId));

    public void MarkOpened(Guid chatId, Guid userId) => markOpened!.Run(Blob(chatId), Blob(userId));

    private List<MemberHead> LoadMembers(Guid chatId)
    {
        var members = new List<MemberHead>(2);
        using var rows = selectMembers!.Query(Blob(chatId));
        while (rows.Read())
        {
            members.Add(new MemberHead(
                Id(rows, 0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5) != 0, rows.GetInt64(6) != 0));
        }

        return members;
    }

    private static (byte[] Low, byte[] High) InOrder(Guid one, Guid other)
    {
        var (a, b) = (Blob(one), Blob(other));
        return a.AsSpan().SequenceCompareTo(b) < 0 ? (a, b) : (b, a);
    }

    private static byte[] Blob(Guid id) => SqliteDbContext.ToBlob(id);

    private static Guid Id(SqliteDataReader row, int column) => SqliteDbContext.ToId(row.GetFieldValue<byte[]>(column));

    private static DateTimeOffset? TimeOrNull(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : StoredTime.From(row.GetInt64(column));

    private void Prepare(SqliteConnection connection)
    {
        PreparedStatement Statement(string sql)
        {
            var statement = new PreparedStatement(connection, sql);
            all.Add(statement);
            return statement;
        }

        Blocks.Prepare(Statement);
        selectChat = Statement("SELECT kind, last_seq, rev, updated_at FROM chats WHERE chat_id = $1");
        selectMembers = Statement("SELECT user_id, delivered_seq, read_seq, hidden_from, hidden_seq, opened, blocking FROM chat_members WHERE chat_id = $1");
        selectDirect = Statement("SELECT chat_id FROM chats WHERE direct_low = $1 AND direct_high = $2");
        selectKnown = Statement(
            """
            SELECT chat_id, seq, rev, content, content_hash, sent_at, edited_at, deleted_at
            FROM chat_messages WHERE sender_id = $1 AND message_id = $2
            """);
        selectName = Statement("SELECT display_name FROM users WHERE user_id = $1");
        insertChat = Statement(
            """
            INSERT INTO chats (chat_id, kind, direct_low, direct_high, last_seq, rev, created_at, updated_at)
            VALUES ($1, $2, $3, $4, 0, 0, $5, $5)
            """);
        insertMember = Statement(
            """
            INSERT INTO chat_members (chat_id, user_id, delivered_seq, read_seq, opened, joined_at)
            VALUES ($1, $2, 0, 0, $3, $4)
            """);
        insertMessage = Statement(
            """
            INSERT INTO chat_messages (chat_id, seq, message_id, rev, sender_id, content, content_hash, sent_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """);
        updateChat = Statement("UPDATE chats SET last_seq = $1, rev = $2, updated_at = $3 WHERE chat_id = $4");
        updateMember = Statement("UPDATE chat_members SET delivered_seq = $1, read_seq = $2 WHERE chat_id = $3 AND user_id = $4");
        updateBlock = Statement("UPDATE chat_members SET hidden_from = $1, hidden_seq = $2, blocking = $3 WHERE chat_id = $4 AND user_id = $5");
        markOpened = Statement("UPDATE chat_members SET opened = 1 WHERE chat_id = $1 AND user_id = $2 AND opened = 0");
    }
}
