using System.Runtime.InteropServices;
using FastChat.Server.Chats;
using Npgsql;
using NpgsqlTypes;

namespace FastChat.Server.Storage.Postgres;

/// <summary>The second round trip of an append: writes what was decided, each table with one statement, and commits.</summary>
internal static class LogAnswer
{
    private const string InsertChats =
        """
        INSERT INTO chats (chat_id, kind, direct_low, direct_high, last_seq, rev, created_at, updated_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private const string InsertMembers =
        """
        INSERT INTO chat_members (chat_id, user_id, delivered_seq, read_seq, opened, joined_at, hidden_from, hidden_seq, blocking)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private const string InsertMessages =
        """
        INSERT INTO chat_messages (chat_id, seq, message_id, rev, sender_id, content, content_hash, sent_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private const string UpdateChats =
        """
        UPDATE chats c SET last_seq = u.last_seq, rev = u.rev, updated_at = u.updated_at
        FROM unnest($1, $2, $3, $4) u (chat_id, last_seq, rev, updated_at) WHERE c.chat_id = u.chat_id
        """;

    private const string UpdateMembers =
        """
        UPDATE chat_members m SET delivered_seq = u.delivered_seq, read_seq = u.read_seq
        FROM unnest($1, $2, $3, $4) u (chat_id, user_id, delivered_seq, read_seq) WHERE m.chat_id = u.chat_id AND m.user_id = u.user_id
        """;

    private const string UpdateOpened =
        """
        UPDATE chat_members m SET opened = true
        FROM unnest($1, $2) u (chat_id, user_id) WHERE m.chat_id = u.chat_id AND m.user_id = u.user_id AND NOT m.opened
        """;

    /// <summary>Writes and commits. If this fails other than by the server's own word, nobody knows whether it was committed.</summary>
    public static async Task<int> CommitAsync(
        NpgsqlConnection connection, LogRows rows, IReadOnlyCollection<ChatHead> touched, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Create(batch, rows);
        Insert(batch, rows);
        Update(batch, touched);
        Open(batch, rows);
        LogBlocks.Write(batch, rows, touched);
        Add(batch, "COMMIT");
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Create(NpgsqlBatch batch, LogRows rows)
    {
        var created = rows.Created;
        if (created.Count == 0)
        {
            return;
        }

        var pairs = created.ConvertAll(made => LogRows.InOrder(made.Head.UserIds[0], made.Head.UserIds[1]));
        var times = created.ConvertAll(made => Time(made.At));
        Add(
            batch,
            InsertChats,
            Column(created.ConvertAll(made => made.Head.ChatId), NpgsqlDbType.Uuid),
            Column(created.ConvertAll(made => made.Head.Kind), NpgsqlDbType.Text),
            Column(pairs.ConvertAll(pair => pair.Low), NpgsqlDbType.Uuid),
            Column(pairs.ConvertAll(pair => pair.High), NpgsqlDbType.Uuid),
            Column(created.ConvertAll(made => made.Head.LastSeq), NpgsqlDbType.Bigint),
            Column(created.ConvertAll(made => made.Head.Rev), NpgsqlDbType.Bigint),
            Column(times, NpgsqlDbType.TimestampTz),
            Column(created.ConvertAll(made => Time(made.Head.UpdatedAt)), NpgsqlDbType.TimestampTz));
        var members = created.SelectMany(made => made.Head.Members.Select(member => (made.Head.ChatId, Member: member, made.At))).ToList();
        Add(
            batch,
            InsertMembers,
            Column(members.ConvertAll(row => row.ChatId), NpgsqlDbType.Uuid),
            Column(members.ConvertAll(row => row.Member.UserId), NpgsqlDbType.Uuid),
            Column(members.ConvertAll(row => row.Member.DeliveredSeq), NpgsqlDbType.Bigint),
            Column(members.ConvertAll(row => row.Member.ReadSeq), NpgsqlDbType.Bigint),
            Column(members.ConvertAll(row => rows.Opened.Contains((row.ChatId, row.Member.UserId))), NpgsqlDbType.Boolean),
            Column(members.ConvertAll(row => Time(row.At)), NpgsqlDbType.TimestampTz),
            Column(members.ConvertAll(row => row.Member.HiddenFrom), NpgsqlDbType.Bigint),
            Column(members.ConvertAll(row => row.Member.HiddenSeq), NpgsqlDbType.Bigint),
            Column(members.ConvertAll(row => row.Member.Blocking), NpgsqlDbType.Boolean));

        // They are written as they are at the end of the batch.
        foreach (var (head, _) in created)
        {
            head.TakeIsChanged();
            foreach (ref var member in CollectionsMarshal.AsSpan(head.Members))
            {
                member.TakeIsChanged();
                member.TakeIsBlockChanged();
                rows.Opened.Remove((head.ChatId, member.UserId));
            }
        }
    }

    private static void Insert(NpgsqlBatch batch, LogRows rows)
    {
        var messages = rows.Messages;
        if (messages.Count > 0)
        {
            Add(
                batch,
                InsertMessages,
                Column(messages.ConvertAll(row => row.Message.ChatId), NpgsqlDbType.Uuid),
                Column(messages.ConvertAll(row => row.Message.Seq), NpgsqlDbType.Bigint),
                Column(messages.ConvertAll(row => row.Message.MessageId), NpgsqlDbType.Uuid),
                Column(messages.ConvertAll(row => row.Message.Rev), NpgsqlDbType.Bigint),
                Column(messages.ConvertAll(row => row.Message.SenderId), NpgsqlDbType.Uuid),
                Column(messages.ConvertAll(row => row.Message.Content), NpgsqlDbType.Text),
                Column(messages.ConvertAll(row => row.Hash), NpgsqlDbType.Bytea),
                Column(messages.ConvertAll(row => row.Message.SentAt.UtcDateTime), NpgsqlDbType.TimestampTz));
        }
    }

    private static void Update(NpgsqlBatch batch, IReadOnlyCollection<ChatHead> touched)
    {
        var chats = new List<ChatHead>(touched.Count);
        var members = new List<(Guid ChatId, MemberHead Member)>(touched.Count);
        foreach (var head in touched)
        {
            if (head.TakeIsChanged())
            {
                chats.Add(head);
            }

            foreach (ref var member in CollectionsMarshal.AsSpan(head.Members))
            {
                if (member.TakeIsChanged())
                {
                    members.Add((head.ChatId, member));
                }
            }
        }

        if (chats.Count > 0)
        {
            Add(
                batch,
                UpdateChats,
                Column(chats.ConvertAll(head => head.ChatId), NpgsqlDbType.Uuid),
                Column(chats.ConvertAll(head => head.LastSeq), NpgsqlDbType.Bigint),
                Column(chats.ConvertAll(head => head.Rev), NpgsqlDbType.Bigint),
                Column(chats.ConvertAll(head => Time(head.UpdatedAt)), NpgsqlDbType.TimestampTz));
        }

        if (members.Count > 0)
        {
            Add(
                batch,
                UpdateMembers,
                Column(members.ConvertAll(row => row.ChatId), NpgsqlDbType.Uuid),
                Column(members.ConvertAll(row => row.Member.UserId), NpgsqlDbType.Uuid),
                Column(members.ConvertAll(row => row.Member.DeliveredSeq), NpgsqlDbType.Bigint),
                Column(members.ConvertAll(row => row.Member.ReadSeq), NpgsqlDbType.Bigint));
        }
    }

    private static void Open(NpgsqlBatch batch, LogRows rows)
    {
        if (rows.Opened.Count > 0)
        {
            var opened = rows.Opened.ToList();
            Add(
                batch,
                UpdateOpened,
                Column(opened.ConvertAll(row => row.ChatId), NpgsqlDbType.Uuid),
                Column(opened.ConvertAll(row => row.UserId), NpgsqlDbType.Uuid));
        }
    }

    internal static DateTime Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime;

    internal static NpgsqlParameter<List<T>> Column<T>(List<T> values, NpgsqlDbType type) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    internal static void Add(NpgsqlBatch batch, string statement, params ReadOnlySpan<NpgsqlParameter> values)
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
