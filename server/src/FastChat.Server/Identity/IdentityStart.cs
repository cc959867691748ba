using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>What identity reads from the database before the first call is served.</summary>
internal sealed partial class IdentityStart(
    IDatabase database,
    AccessTokens tokens,
    RevokedSessions revoked,
    TimeProvider time,
    ILogger<IdentityStart> logger)
{
    /// <summary>Held while the key is made.</summary>
    private static readonly Guid KeyLock = new("5f1a7c64-3a41-4d0e-9a3f-8c1f2f7f6b11");

    /// <summary>Loads the signing key, which is made at the first start of all, and the recent revocations.</summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be reached.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        tokens.Use(await FindKeyAsync(cancellationToken) ?? await MakeKeyAsync(cancellationToken));
        var since = time.GetUtcNow() - RevokedSessions.Memory;
        var recent = await database.ReadAsync(
            (context, cancellation) => context.Set<Session>()
                .Where(session => session.RevokedAt != null && session.RevokedAt > since)
                .Select(session => session.SessionId)
                .ToListAsync(cancellation),
            cancellationToken);
        recent.ForEach(revoked.Remember);
    }

    private Task<SigningKey?> FindKeyAsync(CancellationToken cancellationToken) => database.ReadAsync(
        (context, cancellation) => context.Set<SigningKey>().OrderBy(key => key.CreatedAt).FirstOrDefaultAsync(cancellation),
        cancellationToken);

    private async Task<SigningKey> MakeKeyAsync(CancellationToken cancellationToken)
    {
        var made = SigningKey.Create(time.GetUtcNow());
        var kept = await database.WriteAsync(
            async (context, cancellation) =>
            {
                // Another node may be at it too, or may have been first.
                await context.LockAsync(KeyLock, cancellation);
                if (await context.Set<SigningKey>().OrderBy(key => key.CreatedAt).FirstOrDefaultAsync(cancellation) is { } known)
                {
                    return known;
                }

                context.Add(made);
                await context.SaveChangesAsync(cancellation);
                return made;
            },
            cancellationToken);
        LogKeyMade(kept.KeyId);
        return kept;
    }

    [LoggerMessage(1001, LogLevel.Information, "Access tokens are signed with the new key {KeyId}")]
    private partial void LogKeyMade(string keyId);
}
