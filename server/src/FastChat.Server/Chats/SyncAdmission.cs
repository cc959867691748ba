using System.Security.Cryptography;
using FastChat.Protocol;
using FastChat.Server.Limits;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Chats;

/// <summary>
/// Bounds how many catch up at once: after an outage everybody does, and each asks the database for more than any other call. Who is
/// turned away comes back a little later, each at a time of their own; those who are live are not touched.
/// </summary>
public sealed class SyncAdmission
{
    private const int SoonestMs = 500;
    private const int LatestMs = 5_000;

    private readonly RateLimiter<int> rate;

    public SyncAdmission(IOptions<AdmissionOptions> options, TimeProvider time) =>
        rate = new RateLimiter<int>(options.Value.SyncsPerSecond, burst: 2 * options.Value.SyncsPerSecond, time);

    /// <summary>Counts a call; a refusal if there are too many at the moment.</summary>
    public Refusal? Refuse() => rate.TryTake(0, out var retryAfter)
        ? null
        : new Refusal(
            ErrorCode.Unavailable,
            "Too many are catching up; ask again later.",
            retryAfter + TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(SoonestMs, LatestMs)));
}
