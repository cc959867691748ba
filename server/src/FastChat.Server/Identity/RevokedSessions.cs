using System.Collections.Concurrent;
using FastChat.Server.Cluster;

namespace FastChat.Server.Identity;

/// <summary>
/// The sessions that were revoked while access tokens of theirs may still be good (ID3). Kept in memory, so that a token
/// is checked without the database.
/// </summary>
public sealed class RevokedSessions
{
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> forgetAt = new();
    private readonly IBackplane backplane;
    private readonly TimeProvider time;
    private DateTimeOffset nextPrune;

    public RevokedSessions(IBackplane backplane, TimeProvider time)
    {
        this.backplane = backplane;
        this.time = time;
        backplane.Subscribe(hint =>
        {
            if (hint is SessionRevokedHint revoked)
            {
                Remember(revoked.SessionId);
            }
        });
    }

    /// <summary>A session was revoked, here or on another node; its connections are to end.</summary>
    public event Action<Guid>? Remembered;

    /// <summary>How long a revocation has to be remembered: afterwards no token of the session is good any more.</summary>
    public static TimeSpan Memory { get; } = AccessTokens.Lifetime + AccessTokens.ClockSkew + AccessTokens.ClockSkew;

    /// <summary>True if the session's tokens are refused.</summary>
    public bool Contains(Guid sessionId) => forgetAt.ContainsKey(sessionId);

    /// <summary>Refuses the session's tokens here from now on and tells the other nodes; called after the commit.</summary>
    public void Announce(Guid sessionId)
    {
        Remember(sessionId);
        backplane.Publish(new SessionRevokedHint(sessionId));
    }

    /// <summary>Refuses the session's tokens on this node from now on.</summary>
    internal void Remember(Guid sessionId)
    {
        var now = time.GetUtcNow();
        if (forgetAt.TryAdd(sessionId, now + Memory))
        {
            Remembered?.Invoke(sessionId);
        }

        if (now < nextPrune)
        {
            return;
        }

        nextPrune = now + PruneEvery;
        foreach (var entry in forgetAt)
        {
            if (entry.Value <= now)
            {
                forgetAt.TryRemove(entry);
            }
        }
    }
}
