using FastChat.Server.Chats;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>
/// The chats that were written to lately, as the database has them after the running transaction. It can be trusted because
/// nobody else writes chats; when a transaction does not come to pass it is forgotten. Only the writer's thread uses it.
/// </summary>
internal sealed class SqliteChatCache
{
    /// <summary>About 20 MB; past that it starts anew.</summary>
    private const int Most = 20_000;

    private readonly Dictionary<Guid, ChatHead> heads = [];
    private readonly Dictionary<(Guid Low, Guid High), Guid> directs = [];

    /// <summary>The chat, from memory or else from <paramref name="load"/>.</summary>
    public ChatHead? Find(Guid chatId, Func<Guid, ChatHead?> load)
    {
        if (!heads.TryGetValue(chatId, out var head) && load(chatId) is { } loaded)
        {
            Add(head = loaded);
        }

        return head;
    }

    /// <summary>The direct chat of two users, from memory or else from <paramref name="find"/>.</summary>
    public Guid? FindDirect(Guid one, Guid other, Func<Guid, Guid, Guid?> find)
    {
        var key = one.CompareTo(other) < 0 ? (one, other) : (other, one);
        if (directs.TryGetValue(key, out var known))
        {
            return known;
        }

        if (find(one, other) is not { } chatId)
        {
            return null;
        }

        directs[key] = chatId;
        return chatId;
    }

    /// <summary>Remembers a chat.</summary>
    public void Add(ChatHead head) => heads[head.ChatId] = head;

    /// <summary>Makes room between transactions.</summary>
    public void Trim()
    {
        if (heads.Count > Most || directs.Count > Most)
        {
            Forget();
        }
    }

    /// <summary>What was counted on did not come to pass.</summary>
    public void Forget()
    {
        heads.Clear();
        directs.Clear();
    }
}
