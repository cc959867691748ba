using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>The refresh tokens of one session, inside a transaction.</summary>
internal sealed class TokenFamily(FastChatDbContext context, Guid sessionId)
{
    /// <summary>How long used tokens are kept, to know one that comes again.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>Generations kept at most: a week of refreshing as often as access tokens expire.</summary>
    private const int KeptGenerations = 1000;

    /// <summary>Old generations are looked for only at every so many, since that reads all there are.</summary>
    private const int PruneEvery = 16;

    /// <summary>Unused tokens of one generation: so many answers in a row may get lost.</summary>
    private const int KeptSiblings = 16;

    private IQueryable<RefreshToken> Tokens => context.Set<RefreshToken>().Where(token => token.SessionId == sessionId);

    /// <summary>When a token of a generation was first used; null if none was.</summary>
    public Task<DateTimeOffset?> FirstUseAsync(long generation, CancellationToken cancellationToken) => Tokens
        .Where(token => token.Generation == generation && token.UsedAt != null)
        .OrderBy(token => token.UsedAt)
        .Select(token => token.UsedAt)
        .FirstOrDefaultAsync(cancellationToken);

    /// <summary>The highest generation of which a token was used; -1 if none was.</summary>
    public async Task<long> LastUsedGenerationAsync(CancellationToken cancellationToken) => await Tokens
        .Where(token => token.UsedAt != null)
        .OrderByDescending(token => token.Generation)
        .Select(token => (long?)token.Generation)
        .FirstOrDefaultAsync(cancellationToken) ?? -1;

    /// <summary>Forgets what no rule needs any more. The tokens of <paramref name="lastUsed"/> and later are kept, but for old siblings.</summary>
    public async Task PruneAsync(long lastUsed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var siblings = await Tokens
            .Where(token => token.Generation == lastUsed + 1 && token.UsedAt == null)
            .OrderByDescending(token => token.CreatedAt)
            .Skip(KeptSiblings - 1)
            .Select(token => token.TokenHash)
            .ToListAsync(cancellationToken);
        foreach (var sibling in siblings)
        {
            await Tokens.Where(token => token.TokenHash == sibling).ExecuteDeleteAsync(cancellationToken);
        }

        if (lastUsed % PruneEvery != 0)
        {
            return;
        }

        var tooOld = now - KeptFor;
        await Tokens
            .Where(token => token.Generation < lastUsed - KeptGenerations || (token.Generation < lastUsed && token.CreatedAt < tooOld))
            .ExecuteDeleteAsync(cancellationToken);
    }
}
