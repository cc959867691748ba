using FastChat.Protocol;
using FastChat.Server.Identity;
using FastChat.Server.Limits;
using FastChat.Server.Rest;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Presence;

/// <summary>The REST calls of presence.</summary>
internal static class PresenceEndpoints
{
    private const int Page = 100;
    private const int PageMax = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var presence = routes.MapGroup("/api/presence").RequireAuthorization().WithTags("Presence");
        presence.MapPost("/heartbeat", HeartbeatAsync).WithName("heartbeat")
            .WithSummary("Keeps a client without a WebSocket online for a while").Produces<HeartbeatBody>();
        presence.MapGet("/online", Online).WithName("listOnline").WithSummary("Who is here, by name").Produces<OnlineBody>();
    }

    private static async Task<IResult> HeartbeatAsync(
        HttpContext context, PresenceTracker tracker, HeartbeatLimiter limiter, IDatabase database)
    {
        if (!(await RequestBody.ReadAsync(context, mayBeEmpty: true)).TryGet(out _, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        var caller = Caller.Of(context);
        if (!limiter.TryTake(caller.UserId, out var retryAfter))
        {
            return Answers.Problem(new Refusal(ErrorCode.RateLimited, "Heartbeats may come every 5 seconds.", retryAfter));
        }

        var name = tracker.Find(caller.UserId)?.DisplayName ?? await database.ReadAsync(
            (db, ct) => db.Set<User>().Where(user => user.UserId == caller.UserId).Select(user => user.DisplayName).FirstAsync(ct),
            context.RequestAborted);
        var state = tracker.Heartbeat(caller.SessionId, caller.UserId, name);
        return Answers.Json(new HeartbeatBody(state.UserId, state.Status, state.LastSeen), PresenceJsonContext.Default.HeartbeatBody);
    }

    private static IResult Online(HttpContext context, PresenceDirectory directory)
    {
        var query = new QueryParameters(context.Request);
        var part = query.Text("q");
        var limit = (int)(query.Integer("limit", 1, PageMax) ?? Page);
        OnlineCursor? after = null;
        if (query.Text("cursor") is { } text && !OnlineCursor.TryParse(text, out after))
        {
            query.Refuse("cursor", "must be a `next_cursor` of an earlier answer");
        }

        return query.Refusal is { } refusal
            ? Answers.Problem(refusal)
            : Answers.Json(directory.Page(Caller.Of(context).UserId, part, limit, after), PresenceJsonContext.Default.OnlineBody);
    }
}

/// <summary>How often a user may send a heartbeat: every 5 s.</summary>
public sealed class HeartbeatLimiter(TimeProvider time)
{
    private readonly RateLimiter<Guid> rate = new(perSecond: 1 / 5.0, burst: 1, time);

    /// <inheritdoc cref="RateLimiter{TKey}.TryTake"/>
    public bool TryTake(Guid userId, out TimeSpan retryAfter) => rate.TryTake(userId, out retryAfter);
}
