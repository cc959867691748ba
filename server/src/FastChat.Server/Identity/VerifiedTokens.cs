using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FastChat.Server.Rest;

namespace FastChat.Server.Identity;

/// <summary>
/// The access tokens that were issued or verified here lately. A token is shown again and again until it expires, at each
/// call and each reconnect, and its signature does not change: checking it anew would be the dearest part of a
/// <c>HELLO</c>. Only hashes are kept; whether a token has expired or its session was revoked is still asked each time.
/// </summary>
internal sealed class VerifiedTokens(TimeProvider time)
{
    /// <summary>About 8 MB; past that expired ones are dropped, and if that does not help, all.</summary>
    private const int Most = 50_000;

    private readonly ConcurrentDictionary<UInt128, VerifiedToken> known = new();
    private int count;

    /// <summary>What the token says, if it is known to be ours.</summary>
    public VerifiedToken? Find(string token) => known.TryGetValue(KeyOf(token), out var found) ? found : null;

    /// <summary>Remembers a token whose signature is ours.</summary>
    public void Add(string token, VerifiedToken verified)
    {
        if (!known.TryAdd(KeyOf(token), verified) || Interlocked.Increment(ref count) <= Most)
        {
            return;
        }

        var now = time.GetUtcNow();
        foreach (var entry in known)
        {
            if (entry.Value.IsOver(now))
            {
                known.TryRemove(entry);
            }
        }

        if (known.Count > Most / 2)
        {
            known.Clear();
        }

        Volatile.Write(ref count, known.Count);
    }

    /// <summary>Half of a SHA-256: as hard to hit as a key of 128 bits, and nothing that a token could be made of.</summary>
    private static UInt128 KeyOf(string token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}

/// <summary>What a token of ours says.</summary>
internal sealed record VerifiedToken(Caller Caller, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>It is good at this time, with what the clocks of two nodes may be apart.</summary>
    public bool IsGood(DateTimeOffset now) => !IsOver(now) && now >= IssuedAt - AccessTokens.ClockSkew;

    /// <summary>It has expired, and will not be good again.</summary>
    public bool IsOver(DateTimeOffset now) => now >= ExpiresAt + AccessTokens.ClockSkew;
}
