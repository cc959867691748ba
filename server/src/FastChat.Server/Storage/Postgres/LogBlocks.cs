using System.Runtime.InteropServices;
using FastChat.Server.Chats;
using Npgsql;
using NpgsqlTypes;

namespace FastChat.Server.Storage.Postgres;

/// <summary>The part of an append's second round trip that is there only after a block.</summary>
internal static class LogBlocks
{
    private const string DeleteHeld = "DELETE FROM held_positions h USING unnest($1, $2) u (user_id, viewer_id) WHERE h.user_id = u.user_id AND h.viewer_id = u.viewer_id";

    private const string DeleteBlocks =
        "DELETE FROM user_blocks b USING unnest($1, $2) u (blocker_id, blocked_id) WHERE b.blocker_id = u.blocker_id AND b.blocked_id = u.blocked_id";

    private const string InsertBlocks = "INSERT INTO user_blocks (blocker_id, blocked_id, blocked_at, last_seen) SELECT * FROM unnest($1, $2, $3, $4)";

    private const string UpsertHeld =
        """
        INSERT INTO held_positions (user_id, viewer_id, chat_id, delivered_seq, read_seq) SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, viewer_id, chat_id) DO UPDATE SET delivered_seq = excluded.delivered_seq, read_seq = excluded.read_seq
        """;

    private const string UpsertHidden =
        """
        INSERT INTO hidden_ranges (chat_id, user_id, first_seq, last_seq) SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (chat_id, user_id, first_seq) DO UPDATE SET last_seq = excluded.last_seq
        """;

    private const string UpdateMembers =
        """
        UPDATE chat_members m SET hidden_from = u.hidden_from, hidden_seq = u.hidden_seq, blocking = u.blocking
        FROM unnest($1, $2, $3, $4, $5) u (chat_id, user_id, hidden_from, hidden_seq, blocking) WHERE m.chat_id = u.chat_id AND m.user_id = u.user_id
        """;

    /// <summary>Adds what is to be written; nothing, mostly.</summary>
    public static void Write(NpgsqlBatch batch, LogRows rows, IReadOnlyCollection<ChatHead> touched)
    {
        WriteBlocks(batch, rows);
        WriteHeld(batch, rows);
        WriteHidden(batch, rows);
        if (rows.Hidden.Count > 0 || rows.ChangedBlocks.Count > 0)
        {
            WriteMembers(batch, touched);
        }
    }

    /// <summary>A block that ended and one that began anew are the same row: so first all go, then those that are come.</summary>
    private static void WriteBlocks(NpgsqlBatch batch, LogRows rows)
    {
        if (rows.ChangedBlocks.Count == 0)
        {
            return;
        }

        var changed = rows.ChangedBlocks.Keys.ToList();
        LogAnswer.Add(batch, DeleteHeld, Ids(changed.ConvertAll(pair => pair.BlockerId)), Ids(changed.ConvertAll(pair => pair.BlockedId)));
        LogAnswer.Add(batch, DeleteBlocks, Ids(changed.ConvertAll(pair => pair.BlockerId)), Ids(changed.ConvertAll(pair => pair.BlockedId)));
        var made = rows.ChangedBlocks.Where(block => block.Value is not null).Select(block => (Pair: block.Key, Block: block.Value!.Value)).ToList();
        if (made.Count > 0)
        {
            LogAnswer.Add(
                batch,
                InsertBlocks,
                Ids(made.ConvertAll(row => row.Pair.BlockerId)),
                Ids(made.ConvertAll(row => row.Pair.BlockedId)),
                LogAnswer.Column(made.ConvertAll(row => LogAnswer.Time(row.Block.BlockedAt)), NpgsqlDbType.TimestampTz),
                LogAnswer.Column(made.ConvertAll(row => LogAnswer.Time(row.Block.LastSeen)), NpgsqlDbType.TimestampTz));
        }
    }

    private static void WriteHeld(NpgsqlBatch batch, LogRows rows)
    {
        var held = rows.Held.ToList();
        if (held.Count > 0)
        {
            LogAnswer.Add(
                batch,
                UpsertHeld,
                Ids(held.ConvertAll(row => row.Key.UserId)),
                Ids(held.ConvertAll(row => row.Key.ViewerId)),
                Ids(held.ConvertAll(row => row.Key.ChatId)),
                LogAnswer.Column(held.ConvertAll(row => row.Value.DeliveredSeq), NpgsqlDbType.Bigint),
                LogAnswer.Column(held.ConvertAll(row => row.Value.ReadSeq), NpgsqlDbType.Bigint));
        }
    }

    private static void WriteHidden(NpgsqlBatch batch, LogRows rows)
    {
        var ranges = rows.Hidden.ToList();
        if (ranges.Count > 0)
        {
            LogAnswer.Add(
                batch,
                UpsertHidden,
                Ids(ranges.ConvertAll(row => row.Key.ChatId)),
                Ids(ranges.ConvertAll(row => row.Key.UserId)),
                LogAnswer.Column(ranges.ConvertAll(row => row.Key.FirstSeq), NpgsqlDbType.Bigint),
                LogAnswer.Column(ranges.ConvertAll(row => row.Value), NpgsqlDbType.Bigint));
        }
    }

    private static void WriteMembers(NpgsqlBatch batch, IReadOnlyCollection<ChatHead> touched)
    {
        var members = new List<(Guid ChatId, MemberHead Member)>();
        foreach (var head in touched)
        {
            foreach (ref var member in CollectionsMarshal.AsSpan(head.Members))
            {
                if (member.TakeIsBlockChanged())
                {
                    members.Add((head.ChatId, member));
                }
            }
        }

        if (members.Count > 0)
        {
            LogAnswer.Add(
                batch,
                UpdateMembers,
                Ids(members.ConvertAll(row => row.ChatId)),
                Ids(members.ConvertAll(row => row.Member.UserId)),
                LogAnswer.Column(members.ConvertAll(row => row.Member.HiddenFrom), NpgsqlDbType.Bigint),
                LogAnswer.Column(members.ConvertAll(row => row.Member.HiddenSeq), NpgsqlDbType.Bigint),
                LogAnswer.Column(members.ConvertAll(row => row.Member.Blocking), NpgsqlDbType.Boolean));
        }
    }

    private static NpgsqlParameter<List<Guid>> Ids(List<Guid> ids) => LogAnswer.Column(ids, NpgsqlDbType.Uuid);
}
