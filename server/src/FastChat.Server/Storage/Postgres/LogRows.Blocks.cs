using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Blocks, and what is hidden and held because of them.</summary>
internal sealed partial class LogRows
{
    private readonly Dictionary<(Guid BlockerId, Guid BlockedId), long> blocks = [];
    private readonly Dictionary<Guid, long> counts = [];
    private readonly Dictionary<(Guid ChatId, Guid UserId, long FirstSeq), long> ranges = [];

    /// <summary>Blocks that are new or ended, as they are at the end of the batch: since when and with which <c>last_seen</c>, or null.</summary>
    public Dictionary<(Guid BlockerId, Guid BlockedId), (long BlockedAt, long LastSeen)?> ChangedBlocks { get; } = [];

    /// <summary>Positions that are held from now on.</summary>
    public Dictionary<(Guid UserId, Guid ViewerId, Guid ChatId), (long DeliveredSeq, long ReadSeq)> Held { get; } = [];

    /// <summary>Hidden ranges that are new or longer, with their ends.</summary>
    public Dictionary<(Guid ChatId, Guid UserId, long FirstSeq), long> Hidden { get; } = [];

    /// <summary>A member moves to where a range may be hidden from them that is not known yet.</summary>
    public bool NeedsRanges(Guid chatId, Guid userId, long seq) =>
        heads.TryGetValue(chatId, out var head) && head.IndexOf(userId) is >= 0 and var index && seq < head.Members[index].HiddenFrom;

    /// <summary>Members whose names are not known, of those of the chats that are new to somebody.</summary>
    public List<Guid> Unnamed(IEnumerable<Guid> chatIds)
    {
        var unnamed = new List<Guid>();
        foreach (var chatId in chatIds)
        {
            if (heads.TryGetValue(chatId, out var head) && head.Members.Exists(member => head.IsNewTo(in member)))
            {
                unnamed.AddRange(head.UserIds.Where(userId => !names.ContainsKey(userId)));
            }
        }

        return unnamed;
    }

    /// <summary>Reads the names and hidden ranges that were asked for after the rest.</summary>
    public async Task ReadRestAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            AddUser(reader);
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ranges[(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt64(2))] = reader.GetInt64(3);
        }
    }

    public long LastShown(Guid chatId, Guid userId, long seq)
    {
        foreach (var ((chat, user, firstSeq), lastSeq) in ranges)
        {
            if (chat == chatId && user == userId && firstSeq <= seq && seq <= lastSeq)
            {
                return firstSeq - 1;
            }
        }

        return seq;
    }

    public void Hide(Guid chatId, Guid userId, long firstSeq, long lastSeq)
    {
        ranges[(chatId, userId, firstSeq)] = lastSeq;
        Hidden[(chatId, userId, firstSeq)] = lastSeq;
    }

    public void Hold(Guid chatId, Guid userId, Guid viewerId, long deliveredSeq, long readSeq) =>
        Held[(userId, viewerId, chatId)] = (deliveredSeq, readSeq);

    public long? FindBlock(Guid blockerId, Guid blockedId) => blocks.TryGetValue((blockerId, blockedId), out var at) ? at : null;

    public long CountBlocks(Guid blockerId) => counts.GetValueOrDefault(blockerId);

    public void InsertBlock(Guid blockerId, Guid blockedId, long blockedAt, long lastSeen)
    {
        blocks[(blockerId, blockedId)] = blockedAt;
        counts[blockerId] = CountBlocks(blockerId) + 1;
        ChangedBlocks[(blockerId, blockedId)] = (blockedAt, lastSeen);
    }

    public void DeleteBlock(Guid blockerId, Guid blockedId)
    {
        blocks.Remove((blockerId, blockedId));
        counts[blockerId] = CountBlocks(blockerId) - 1;
        ChangedBlocks[(blockerId, blockedId)] = null;
        foreach (var key in Held.Keys.Where(held => held.UserId == blockerId && held.ViewerId == blockedId).ToList())
        {
            Held.Remove(key);
        }
    }
}
