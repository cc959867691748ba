using FastChat.Protocol;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>What a refresh gives.</summary>
public sealed record Refreshed(string AccessToken, string RefreshToken);

/// <summary>
/// Exchanges refresh tokens (ID6). A token of generation k stays good until a token of k+1 was used, so a lost answer
/// costs nothing; <see cref="Grace"/> after that it is a copy in foreign hands, and the session ends.
/// </summary>
public sealed partial class RefreshService(
    IDatabase database,
    AccessTokens tokens,
    RevokedSessions revoked,
    TimeProvider time,
    ILogger<RefreshService> logger)
{
    /// <summary>How long after the first use of its successor, or of a sibling, a token is still served.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly Refusal Refused = new(ErrorCode.Unauthorized, "The refresh token is missing, not valid, expired or was used again.");

    /// <summary>Exchanges a token for an access token and its successor, or refuses it with <see cref="ErrorCode.Unauthorized"/>.</summary>
    /// <exception cref="DatabaseUnavailableException">The old token can be tried again.</exception>
    public async Task<Outcome<Refreshed>> RefreshAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = RefreshToken.HashOf(secret);
        var successor = RefreshToken.NewSecret();
        var now = time.GetUtcNow();
        var rotation = await database.WriteAsync(
            async (context, cancellation) =>
            {
                var result = await RotateAsync(context, hash, RefreshToken.HashOf(successor), now, cancellation);
                await context.SaveChangesAsync(cancellation);
                return result;
            },
            cancellationToken);
        if (rotation is { Session: { } session, IsReuse: false })
        {
            return new Refreshed(tokens.Issue(session.UserId, session.SessionId), successor);
        }

        if (rotation.IsReuse)
        {
            revoked.Announce(rotation.Session!.SessionId);
            LogReuse(rotation.Session.SessionId);
        }

        return Refused;
    }

    private static async Task<Rotation> RotateAsync(
        FastChatDbContext context,
        byte[] hash,
        byte[] successorHash,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var sessionId = await context.Set<RefreshToken>()
            .Where(t => t.TokenHash == hash)
            .Select(t => (Guid?)t.SessionId)
            .FirstOrDefaultAsync(cancellationToken);
        if (sessionId is null)
        {
            return default;
        }

        // Two tokens of one session may come at once, to two nodes: the second is judged by what the first has left.
        await context.LockAsync(sessionId.Value, cancellationToken);
        var token = await context.Set<RefreshToken>().AsTracking().FirstOrDefaultAsync(t => t.TokenHash == hash, cancellationToken);
        if (token is null || now >= token.CreatedAt + RefreshToken.Lifetime)
        {
            return default;
        }

        var session = await context.Set<Session>().AsTracking().FirstAsync(s => s.SessionId == token.SessionId, cancellationToken);
        if (session.RevokedAt is not null)
        {
            return default;
        }

        var family = new TokenFamily(context, session.SessionId);
        if (await IsReuseAsync(family, token, now, cancellationToken))
        {
            session.RevokedAt = now;
            return new Rotation(session, IsReuse: true);
        }

        var lastUsed = Math.Max(token.Generation, await family.LastUsedGenerationAsync(cancellationToken));
        token.UsedAt ??= now;
        session.LastSeen = now;
        context.Add(new RefreshToken { TokenHash = successorHash, SessionId = session.SessionId, Generation = lastUsed + 1, CreatedAt = now });
        await family.PruneAsync(lastUsed, now, cancellationToken);
        return new Rotation(session, IsReuse: false);
    }

    private static async Task<bool> IsReuseAsync(TokenFamily family, RefreshToken token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var successorUsed = await family.FirstUseAsync(token.Generation + 1, cancellationToken);
        if (successorUsed is not null)
        {
            return now > successorUsed + Grace;
        }

        return token.UsedAt is null && await family.FirstUseAsync(token.Generation, cancellationToken) is { } siblingUsed && now > siblingUsed + Grace;
    }

    [LoggerMessage(1002, LogLevel.Warning, "A refresh token of session {SessionId} was used again long after its successor: the session is revoked")]
    private partial void LogReuse(Guid sessionId);

    /// <summary>What became of a token: its session where one was found and not revoked before.</summary>
    private readonly record struct Rotation(Session? Session, bool IsReuse);
}
