using FastChat.Protocol;
using FastChat.Server.Limits;
using FastChat.Server.Rest;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Hosting;

/// <summary>Bounds the calls of one address under <c>/api</c>, before anything of them is looked at.</summary>
internal sealed class RequestLimit(RequestDelegate next, IOptions<AdmissionOptions> options, TimeProvider time)
{
    private readonly RateLimiter<AddressKey> limiter = new(options.Value.RequestsPerMinute / 60.0, options.Value.RequestsPerMinute, time);

    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            || limiter.TryTake(AddressKey.Of(context.Connection.RemoteIpAddress), out var retryAfter))
        {
            return next(context);
        }

        return Answers.Problem(new Refusal(ErrorCode.RateLimited, "Too many calls from this address; try again later.", retryAfter)).ExecuteAsync(context);
    }
}
