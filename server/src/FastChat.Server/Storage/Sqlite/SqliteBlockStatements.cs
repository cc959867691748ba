using FastChat.Server.Chats;
using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>The message log's SQL for blocks, and for what is hidden and held because of them.</summary>
internal sealed class SqliteBlockStatements
{
    private PreparedStatement? selectOfChat;
    private PreparedStatement? selectBlock;
    private PreparedStatement? countBlocks;
    private PreparedStatement? insertBlock;
    private PreparedStatement? deleteBlock;
    private PreparedStatement? deleteHeld;
    private PreparedStatement? upsertHeld;
    private PreparedStatement? upsertHidden;
    private PreparedStatement? selectHidden;

    /// <summary>Prepares the statements, each by <paramref name="statement"/>.</summary>
    public void Prepare(Func<string, PreparedStatement> statement)
    {
        selectOfChat = statement(
            """
            SELECT b.blocker_id, b.blocked_id FROM chat_members m
            JOIN user_blocks b ON b.blocker_id = m.user_id
            JOIN chat_members o ON o.chat_id = m.chat_id AND o.user_id = b.blocked_id
            WHERE m.chat_id = $1
            """);
        selectBlock = statement("SELECT blocked_at FROM user_blocks WHERE blocker_id = $1 AND blocked_id = $2");
        countBlocks = statement("SELECT count(*) FROM user_blocks WHERE blocker_id = $1");
        insertBlock = statement("INSERT INTO user_blocks (blocker_id, blocked_id, blocked_at, last_seen) VALUES ($1, $2, $3, $4)");
        deleteBlock = statement("DELETE FROM user_blocks WHERE blocker_id = $1 AND blocked_id = $2");
        deleteHeld = statement("DELETE FROM held_positions WHERE user_id = $1 AND viewer_id = $2");
        upsertHeld = statement(
            """
            INSERT INTO held_positions (user_id, viewer_id, chat_id, delivered_seq, read_seq) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (user_id, viewer_id, chat_id) DO UPDATE SET delivered_seq = $4, read_seq = $5
            """);
        upsertHidden = statement(
            """
            INSERT INTO hidden_ranges (chat_id, user_id, first_seq, last_seq) VALUES ($1, $2, $3, $4)
            ON CONFLICT (chat_id, user_id, first_seq) DO UPDATE SET last_seq = $4
            """);
        selectHidden = statement(
            """
            SELECT first_seq, last_seq FROM hidden_ranges WHERE chat_id = $1 AND user_id = $2 AND first_seq <= $3
            ORDER BY first_seq DESC LIMIT 1
            """);
    }

    /// <summary>Reads which members of a chat have blocked which.</summary>
    public void Load(ChatHead head)
    {
        using var rows = selectOfChat!.Query(Blob(head.ChatId));
        while (rows.Read())
        {
            head.AddBlock(Id(rows, 0), Id(rows, 1));
        }
    }

    public long? Find(Guid blockerId, Guid blockedId)
    {
        using var row = selectBlock!.Query(Blob(blockerId), Blob(blockedId));
        return row.Read() ? row.GetInt64(0) : null;
    }

    public long Count(Guid blockerId)
    {
        using var row = countBlocks!.Query(Blob(blockerId));
        return row.Read() ? row.GetInt64(0) : 0;
    }

    public void Insert(Guid blockerId, Guid blockedId, long blockedAt, long lastSeen) =>
        insertBlock!.Run(Blob(blockerId), Blob(blockedId), blockedAt, lastSeen);

    public void Delete(Guid blockerId, Guid blockedId)
    {
        deleteBlock!.Run(Blob(blockerId), Blob(blockedId));
        deleteHeld!.Run(Blob(blockerId), Blob(blockedId));
    }

    public void Hold(Guid chatId, Guid userId, Guid viewerId, long deliveredSeq, long readSeq) =>
        upsertHeld!.Run(Blob(userId), Blob(viewerId), Blob(chatId), deliveredSeq, readSeq);

    public void Hide(Guid chatId, Guid userId, long firstSeq, long lastSeq) =>
        upsertHidden!.Run(Blob(chatId), Blob(userId), firstSeq, lastSeq);

    public long LastShown(Guid chatId, Guid userId, long seq)
    {
        using var row = selectHidden!.Query(Blob(chatId), Blob(userId), seq);
        return row.Read() && row.GetInt64(1) >= seq ? row.GetInt64(0) - 1 : seq;
    }

    private static byte[] Blob(Guid id) => SqliteDbContext.ToBlob(id);

    private static Guid Id(SqliteDataReader row, int column) => SqliteDbContext.ToId(row.GetFieldValue<byte[]>(column));
}
