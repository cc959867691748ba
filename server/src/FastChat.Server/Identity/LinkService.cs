using FastChat.Protocol;
using FastChat.Server.Rest;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>Makes one-time links and turns each into one session of the user who made it.</summary>
public sealed class LinkService(IDatabase database, AccessTokens tokens, TimeProvider time)
{
    /// <summary>Links kept for a user at most; a further one makes the oldest void (ID9).</summary>
    private const int KeptLinks = 16;

    /// <summary>One answer for all that is wrong with a link: nobody learns from it whether there ever was one.</summary>
    private static readonly Refusal Refused = new(ErrorCode.Unauthorized, "The link is not valid, expired or was used before.");

    /// <summary>A new link of the caller, as the text that is handed out and forgotten; refused if their session has ended.</summary>
    /// <exception cref="DatabaseUnavailableException">No link was made, or nobody knows it.</exception>
    public async Task<Outcome<string>> CreateAsync(Caller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var secret = RefreshToken.NewSecret();
        var link = new LinkToken
        {
            TokenHash = RefreshToken.HashOf(secret),
            UserId = caller.UserId,
            SessionId = caller.SessionId,
            CreatedAt = now,
        };
        var isMade = await database.WriteAsync(
            async (context, cancellation) =>
            {
                if (!await IsGoodAsync(context, link, cancellation))
                {
                    return false;
                }

                await PruneAsync(context, now, cancellation);
                await context.LockAsync(caller.UserId, cancellation);
                await MakeRoomAsync(context, caller.UserId, cancellation);
                context.Add(link);
                await context.SaveChangesAsync(cancellation);
                return true;
            },
            cancellationToken);
        return isMade ? secret : AccessTokens.Refused;
    }

    /// <summary>Uses a link up for a new session of its user, or refuses it with <see cref="ErrorCode.Unauthorized"/>.</summary>
    /// <exception cref="DatabaseUnavailableException">The link was not used, or it is not known.</exception>
    public async Task<Outcome<NewSession>> UseAsync(string linkToken, string? client, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var hash = RefreshToken.HashOf(linkToken);
        var sessionId = Guid.CreateVersion7(now);
        var secret = RefreshToken.NewSecret();
        var user = await database.WriteAsync(
            async (context, cancellation) =>
            {
                await PruneAsync(context, now, cancellation);
                if (await TakeAsync(context, hash, now, cancellation) is not { } owner)
                {
                    return null;
                }

                SessionService.AddSession(context, owner.UserId, sessionId, client, secret, now);
                await context.SaveChangesAsync(cancellation);
                return owner;
            },
            cancellationToken);
        return user is null ? Refused : new NewSession(user, sessionId, tokens.Issue(user.UserId, sessionId), secret);
    }

    /// <summary>
    /// The owner of an unused link that is used from now on; null for every other. The update itself decides, so that of
    /// many who try at once one gets it, on a database with several writers too.
    /// </summary>
    private static async Task<User?> TakeAsync(FastChatDbContext context, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var taken = await context.Set<LinkToken>()
            .Where(link => link.TokenHash == hash && link.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(link => link.UsedAt, now), cancellationToken);
        if (taken == 0)
        {
            return null;
        }

        var used = await context.Set<LinkToken>().AsNoTracking().FirstAsync(link => link.TokenHash == hash, cancellationToken);
        return await IsGoodAsync(context, used, cancellationToken)
            ? await context.Set<User>().AsNoTracking().FirstAsync(user => user.UserId == used.UserId, cancellationToken)
            : null;
    }

    /// <summary>True while the session that makes or made the link has not ended (ID9).</summary>
    private static Task<bool> IsGoodAsync(FastChatDbContext context, LinkToken link, CancellationToken cancellationToken) =>
        context.Set<Session>().AnyAsync(
            session => session.SessionId == link.SessionId && session.UserId == link.UserId && session.RevokedAt == null, cancellationToken);

    /// <summary>Forgets what has expired, and says how many; afterwards every link that is found is young enough.</summary>
    private static Task<int> PruneAsync(FastChatDbContext context, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var expired = now - LinkToken.Lifetime;
        return context.Set<LinkToken>().Where(link => link.CreatedAt <= expired).ExecuteDeleteAsync(cancellationToken);
    }

    private static async Task MakeRoomAsync(FastChatDbContext context, Guid userId, CancellationToken cancellationToken)
    {
        var surplus = await context.Set<LinkToken>()
            .Where(link => link.UserId == userId)
            .OrderByDescending(link => link.CreatedAt)
            .Skip(KeptLinks - 1)
            .Select(link => link.TokenHash)
            .ToListAsync(cancellationToken);
        foreach (var hash in surplus)
        {
            await context.Set<LinkToken>().Where(link => link.TokenHash == hash).ExecuteDeleteAsync(cancellationToken);
        }
    }
}
