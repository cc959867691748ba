using FastChat.Server.Chats;
using Npgsql;
using NpgsqlTypes;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// The first round trip of an append: begins the transaction, locks the rows of all chats concerned in one order, so that
/// nodes never wait for each other in a circle, and reads all that the rules need to know.
/// </summary>
internal sealed class LogQuestion
{
    /// <summary>
    /// For this transaction alone: how long it waits for another node's lock; and when the server ends it should this node fall
    /// silent in the middle, so that nobody waits for a dead node's locks. The transaction's number tells its outcome later.
    /// </summary>
    private const string Bounds =
        "SELECT set_config('lock_timeout', '1500ms', true), set_config('idle_in_transaction_session_timeout', '5s', true), pg_current_xact_id()::text";

    /// <summary>The same for pairs of users, who are locked: so a chat is not made while one of them blocks the other, on whatever node.</summary>
    private const string BoundsAndPairs = Bounds + ", (SELECT count(pg_advisory_xact_lock(p)) FROM unnest($1) p)";

    private const string OfChats = "chat_id = ANY ($1)";

    private const string OfChatsAndPairs =
        """
        chat_id = ANY ($1 || ARRAY(
          SELECT d.chat_id FROM unnest($2, $3) p (low, high) JOIN chats d ON d.direct_low = p.low AND d.direct_high = p.high))
        """;

    private const string Known =
        """
        SELECT m.sender_id, m.message_id, m.chat_id, m.seq, m.rev, m.content, m.content_hash, m.sent_at, m.edited_at, m.deleted_at
        FROM unnest($1, $2) k (sender_id, message_id) JOIN chat_messages m USING (sender_id, message_id)
        """;

    /// <summary>
    /// The members, each once for everyone in the chat whom they have blocked. Where nobody has, what is looked for there has the key
    /// NULL, and costs nothing; where somebody has, each pair is one look, however many others they have blocked.
    /// </summary>
    private const string Members =
        """
        SELECT m.chat_id, m.user_id, m.delivered_seq, m.read_seq, m.hidden_from, m.hidden_seq, m.opened, m.blocking, o.user_id
        FROM chat_members m LEFT JOIN chat_members o ON o.chat_id = CASE WHEN m.blocking THEN m.chat_id END AND o.user_id <> m.user_id
          AND EXISTS (SELECT FROM user_blocks b WHERE b.blocker_id = m.user_id AND b.blocked_id = o.user_id OFFSET 0)
        """;

    /// <summary>Users by whom chats may be made, each once for everyone of them whom they have blocked.</summary>
    private const string Users =
        """
        SELECT u.user_id, u.display_name, b.blocked_id, b.blocked_at
        FROM users u LEFT JOIN user_blocks b ON b.blocker_id = u.user_id AND b.blocked_id = ANY ($1) WHERE u.user_id = ANY ($1)
        """;

    private const string CountBlocks = "SELECT blocker_id, count(*) FROM user_blocks WHERE blocker_id = ANY ($1) GROUP BY blocker_id";

    private const string Ranges =
        """
        SELECT h.chat_id, h.user_id, h.first_seq, h.last_seq
        FROM hidden_ranges h JOIN unnest($1, $2) a (chat_id, user_id) USING (chat_id, user_id)
        """;

    private readonly HashSet<Guid> chats = [];
    private readonly HashSet<(Guid Low, Guid High)> pairs = [];
    private readonly HashSet<Guid> users = [];
    private readonly HashSet<Guid> blockers = [];
    private readonly List<AdvanceRequest> moves = [];
    private readonly List<Guid> senders = [];
    private readonly List<Guid> messages = [];

    /// <summary>Gathers what is to be asked for these requests.</summary>
    public LogQuestion(IReadOnlyList<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            switch (entry.Request)
            {
                case AppendRequest { Draft: var draft }:
                    AddChat(draft.ChatId, draft.SenderId, draft.To);
                    senders.Add(draft.SenderId);
                    messages.Add(draft.MessageId);
                    break;
                case AdvanceRequest advance:
                    chats.Add(advance.ChatId);
                    moves.Add(advance);
                    break;
                case OpenRequest open:
                    AddChat(null, open.UserId, open.OtherId);
                    break;
                case BlockRequest block:
                    AddChat(null, block.UserId, block.OtherId);
                    blockers.Add(block.UserId);
                    break;
            }
        }
    }

    /// <summary>Asks, in one round trip; the transaction is open afterwards, and the rows are locked. The answer includes its number.</summary>
    public async Task<(LogRows Rows, string Transaction)> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, "BEGIN");
        if (pairs.Count == 0)
        {
            Add(batch, Bounds);
        }
        else
        {
            // In one order, so that nodes never wait for each other in a circle.
            Add(batch, BoundsAndPairs, new NpgsqlParameter<List<long>>
            {
                TypedValue = [.. pairs.Select(LogRows.LockOf).Order()],
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            });
        }

        // Known ids first, chats after them: each statement sees what was committed before it, so the chat of an id that is known is
        // seen. An id that becomes known in between is found out by the insert, and the batch is tried again.
        Add(batch, Known, Ids(senders), Ids(messages));
        var concerned = pairs.Count > 0 ? OfChatsAndPairs : OfChats;
        AddForChats(
            batch,
            $"SELECT chat_id, kind, last_seq, rev, updated_at, direct_low, direct_high FROM chats WHERE {concerned} ORDER BY chat_id FOR NO KEY UPDATE");
        AddForChats(batch, $"{Members} WHERE m.{concerned}");
        if (users.Count > 0)
        {
            Add(batch, Users, Ids([.. users]));
        }

        if (blockers.Count > 0)
        {
            Add(batch, CountBlocks, Ids([.. blockers]));
        }

        var (rows, transaction) = await ReadAsync(batch, cancellationToken);
        await AskForRestAsync(connection, rows, cancellationToken);
        return (rows, transaction);
    }

    private static async Task<(LogRows Rows, string Transaction)> ReadAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var transaction = reader.GetString(2);
        return (await LogRows.ReadAsync(reader, cancellationToken), transaction);
    }

    /// <summary>
    /// What is needed only seldom, in a further round trip: the names of the members of a chat that is new to somebody; and, after
    /// a block, the ranges hidden from a member who moves to a place before the last of them.
    /// </summary>
    private async Task AskForRestAsync(NpgsqlConnection connection, LogRows rows, CancellationToken cancellationToken)
    {
        var unnamed = rows.Unnamed(chats);
        var moved = moves.Where(move => rows.NeedsRanges(move.ChatId, move.UserId, move.Seq)).Select(move => (move.ChatId, move.UserId)).Distinct().ToList();
        if (unnamed.Count == 0 && moved.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection);
        Add(batch, Users, Ids(unnamed));
        Add(batch, Ranges, Ids(moved.ConvertAll(member => member.ChatId)), Ids(moved.ConvertAll(member => member.UserId)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadRestAsync(reader, cancellationToken);
    }

    private void AddChat(Guid? chatId, Guid one, Guid? other)
    {
        if (chatId is { } id)
        {
            chats.Add(id);
        }
        else
        {
            pairs.Add(LogRows.InOrder(one, other!.Value));
            users.Add(one);
            users.Add(other.Value);
        }
    }

    private void AddForChats(NpgsqlBatch batch, string statement)
    {
        if (pairs.Count == 0)
        {
            Add(batch, statement, Ids([.. chats]));
            return;
        }

        var (lows, highs) = (new List<Guid>(pairs.Count), new List<Guid>(pairs.Count));
        foreach (var (low, high) in pairs)
        {
            lows.Add(low);
            highs.Add(high);
        }

        Add(batch, statement, Ids([.. chats]), Ids(lows), Ids(highs));
    }

    private static NpgsqlParameter<List<Guid>> Ids(List<Guid> ids) =>
        new() { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    private static void Add(NpgsqlBatch batch, string statement, params ReadOnlySpan<NpgsqlParameter> values)
    {
#pragma warning disable CA2100 // The statements are this file's own; values only ever go in as parameters.
        var command = new NpgsqlBatchCommand(statement);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(value);
        }

        batch.BatchCommands.Add(command);
    }
}
