using System.Net;
using FastChat.Protocol;
using FastChat.Server.Limits;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Identity;

/// <summary>How many guests an address may make in an hour.</summary>
internal sealed class GuestLimit(IOptions<IdentityOptions> options, TimeProvider time)
{
    private readonly RateLimiter<AddressKey> limiter = new(options.Value.GuestsPerHour / 3600.0, options.Value.GuestsPerHour, time);

    /// <summary>Counts one guest of an address; a refusal if there were too many.</summary>
    public Refusal? Refuse(IPAddress? address) => limiter.TryTake(AddressKey.Of(address), out var retryAfter)
        ? null
        : new Refusal(ErrorCode.RateLimited, "Too many new guests from this address; try again later.", retryAfter);
}
