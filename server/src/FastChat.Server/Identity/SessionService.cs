using FastChat.Protocol;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>A session that was just made. The secret is handed out once and stored nowhere.</summary>
public sealed record NewSession(User User, Guid SessionId, string AccessToken, string RefreshToken);

/// <summary>Who said <c>HELLO</c>.</summary>
public sealed record SignedIn(User User, Guid SessionId);

/// <summary>Makes, lists and revokes sessions, and finds the one whose token is shown.</summary>
public sealed class SessionService(
    IDatabase database,
    AccessTokens tokens,
    RevokedSessions revoked,
    SessionLookup lookup,
    SessionActivity activity,
    TimeProvider time)
{
    /// <summary>Makes a guest and a first session of theirs.</summary>
    /// <exception cref="DatabaseUnavailableException">Nothing was stored, or it is not known.</exception>
    public async Task<NewSession> CreateGuestAsync(DisplayName name, string? client, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var userId = Guid.CreateVersion7(now);
        var sessionId = Guid.CreateVersion7(now);
        var secret = RefreshToken.NewSecret();
        var user = await database.WriteAsync(
            async (context, cancellation) =>
            {
                var guest = new User { UserId = userId, DisplayName = name.Value, Kind = User.Guest, CreatedAt = now, LastSeen = now };
                context.Add(guest);
                AddSession(context, userId, sessionId, client, secret, now);
                await context.SaveChangesAsync(cancellation);
                return guest;
            },
            cancellationToken);
        return new NewSession(user, sessionId, tokens.Issue(userId, sessionId), secret);
    }

    /// <summary>
    /// Checks an access token and loads whose it is: the way of <c>HELLO</c>. It only reads; that the session was seen is
    /// noted and written later.
    /// </summary>
    /// <param name="token">The access token.</param>
    /// <param name="client">What the client calls itself; null leaves what is known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DatabaseUnavailableException">The database can't be reached.</exception>
    public async Task<Outcome<SignedIn>> AuthenticateAsync(string token, string? client, CancellationToken cancellationToken)
    {
        if (!tokens.Verify(token).TryGet(out var caller, out var refusal))
        {
            return refusal;
        }

        var found = await lookup.FindAsync(caller, cancellationToken);
        if (found is null || revoked.Contains(caller.SessionId))
        {
            return AccessTokens.Refused;
        }

        activity.Note(found.Session, client);
        return new SignedIn(found.User, caller.SessionId);
    }

    /// <summary>A user's sessions that are good, those used last first.</summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be reached.</exception>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        // A session is over when its last refresh token is: it can't have been refreshed since it was last seen.
        var oldest = time.GetUtcNow() - RefreshToken.Lifetime;
        var sessions = await database.ReadAsync(
            (context, cancellation) => context.Set<Session>()
                .Where(session => session.UserId == userId && session.RevokedAt == null && session.LastSeen > oldest)
                .ToListAsync(cancellation),
            cancellationToken);
        sessions.ForEach(activity.BringUpToDate);
        return [.. sessions.OrderByDescending(session => session.LastSeen).ThenByDescending(session => session.SessionId)];
    }

    /// <summary>Revokes a session for ever; false if it is not a good one of this user.</summary>
    /// <exception cref="DatabaseUnavailableException">It is not known whether it was revoked.</exception>
    public async Task<bool> RevokeAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var changed = await database.WriteAsync(
            (context, cancellation) => context.Set<Session>()
                .Where(session => session.SessionId == sessionId && session.UserId == userId && session.RevokedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(session => session.RevokedAt, now), cancellation),
            cancellationToken);
        if (changed > 0)
        {
            revoked.Announce(sessionId);
        }

        return changed > 0;
    }

    /// <summary>Adds a new session and its first refresh token to a transaction.</summary>
    internal static void AddSession(
        FastChatDbContext context, Guid userId, Guid sessionId, string? client, string refreshToken, DateTimeOffset now)
    {
        context.Add(new Session { SessionId = sessionId, UserId = userId, Client = ClientName.Cut(client), CreatedAt = now, LastSeen = now });
        context.Add(new RefreshToken { TokenHash = RefreshToken.HashOf(refreshToken), SessionId = sessionId, Generation = 0, CreatedAt = now });
    }
}
