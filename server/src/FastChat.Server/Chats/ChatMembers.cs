using System.Collections.Concurrent;
using FastChat.Protocol;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Chats;

/// <summary>Who is in a chat, for what is not worth a query each time (typing). Only direct chats exist, and theirs never change.</summary>
public sealed class ChatMembers(IDatabase database)
{
    /// <summary>About 10 MB; past that it starts anew.</summary>
    private const int MostRemembered = 50_000;

    private readonly ConcurrentDictionary<Guid, Guid[]> known = new();

    /// <summary>The members of a chat, if <paramref name="userId"/> is one of them; else it does not exist for them (CH6).</summary>
    public async ValueTask<Outcome<IReadOnlyList<Guid>>> OfAsync(Guid chatId, Guid userId, CancellationToken cancellationToken)
    {
        if (!known.TryGetValue(chatId, out var members))
        {
            members = await database.ReadAsync(
                (db, ct) => db.Set<ChatMember>().Where(m => m.ChatId == chatId).Select(m => m.UserId).ToArrayAsync(ct),
                cancellationToken);
            Remember(chatId, members);
        }

        return members.Contains(userId) ? members : ChatQueries.NotFound;
    }

    /// <summary>All who share a chat with a user.</summary>
    public Task<List<Guid>> AcquaintancesAsync(Guid userId, CancellationToken cancellationToken) => database.ReadAsync(
        (db, ct) => db.Set<ChatMember>()
            .Where(own => own.UserId == userId)
            .Join(db.Set<ChatMember>(), own => own.ChatId, other => other.ChatId, (own, other) => other.UserId)
            .Where(other => other != userId)
            .Distinct()
            .ToListAsync(ct),
        cancellationToken);

    private void Remember(Guid chatId, Guid[] members)
    {
        // A chat that does not exist yet may come to be.
        if (members.Length == 0)
        {
            return;
        }

        if (known.Count >= MostRemembered)
        {
            known.Clear();
        }

        known[chatId] = members;
    }
}
