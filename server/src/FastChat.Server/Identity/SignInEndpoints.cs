using FastChat.Protocol;
using FastChat.Server.Rest;

namespace FastChat.Server.Identity;

/// <summary>The calls by which one becomes somebody: <c>POST /api/sessions</c> and <c>POST /api/sessions/refresh</c>.</summary>
internal static class SignInEndpoints
{
    private static readonly Refusal ForeignPage = new(ErrorCode.Forbidden, "Pages of this origin may not sign in here.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/sessions").WithTags("Identity");
        group.MapPost(string.Empty, Create).WithName("CreateSession").WithSummary("Makes a guest and a session, or a session from a one-time link")
            .TakesBody<CreateSessionRequest>()
            .Produces<SessionBody>(StatusCodes.Status201Created)
            .Refuses(
                ErrorCode.Unauthorized, ErrorCode.UnsupportedMediaType, ErrorCode.TooLarge, ErrorCode.Validation, ErrorCode.Forbidden, ErrorCode.RateLimited);
        group.MapPost("/refresh", Refresh).WithName("RefreshSession").WithSummary("Exchanges the refresh token for a new access token")
            .TakesBody<RefreshRequest>(required: false)
            .Produces<RefreshedBody>()
            .Refuses(ErrorCode.Unauthorized, ErrorCode.UnsupportedMediaType, ErrorCode.TooLarge, ErrorCode.Validation, ErrorCode.Forbidden);
    }

    private static async Task<IResult> Create(
        HttpContext context, SessionService sessions, LinkService links, GuestLimit limit, OriginPolicy origins, TimeProvider time)
    {
        if (!(await RequestBody.ReadAsync(context)).TryGet(out var body, out var refusal)
            || !ReadWho(body).TryGet(out var who, out refusal)
            || !ReadRefresh(body).TryGet(out var inBody, out refusal))
        {
            return Answers.Problem(refusal);
        }

        if (!inBody && !origins.Allows(context.Request))
        {
            return Answers.Problem(ForeignPage);
        }

        // A link makes no guest, so the limit of new guests does not count it.
        if (who.LinkToken is null && limit.Refuse(context.Connection.RemoteIpAddress) is { } tooMany)
        {
            return Answers.Problem(tooMany);
        }

        string? client = context.Request.Headers.UserAgent;
        Outcome<NewSession> outcome = who.LinkToken is null
            ? await sessions.CreateGuestAsync(who.Name, client, context.RequestAborted)
            : await links.UseAsync(who.LinkToken, client, context.RequestAborted);
        if (!outcome.TryGet(out var made, out refusal))
        {
            return Answers.Problem(refusal);
        }

        if (!inBody)
        {
            RefreshCookie.Write(context, made.RefreshToken, time.GetUtcNow());
        }

        var answer = new SessionBody(
            made.User.ToBody(), made.SessionId, made.AccessToken, ExpiresIn, inBody ? made.RefreshToken : null);
        return Answers.Json(answer, IdentityJsonContext.Default.SessionBody, StatusCodes.Status201Created);
    }

    private static async Task<IResult> Refresh(HttpContext context, RefreshService refresh, OriginPolicy origins, TimeProvider time)
    {
        if (!(await RequestBody.ReadAsync(context, mayBeEmpty: true)).TryGet(out var body, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        string? secret;
        var inBody = body.TryGet("refresh_token", out var member);
        if (!inBody)
        {
            secret = RefreshCookie.Read(context.Request);
            if (secret is not null && !origins.Allows(context.Request))
            {
                return Answers.Problem(ForeignPage);
            }
        }
        else if (!member.TryGetString(out secret))
        {
            return Answers.Problem(Refusal.Invalid("refresh_token", "must be a string"));
        }

        // Carried out even if the caller goes away: half a rotation is no better than a lost answer, which ID6 allows for.
        if (!(await refresh.RefreshAsync(secret ?? string.Empty, CancellationToken.None)).TryGet(out var refreshed, out refusal))
        {
            return Answers.Problem(refusal);
        }

        if (!inBody)
        {
            RefreshCookie.Write(context, refreshed.RefreshToken, time.GetUtcNow());
        }

        var answer = new RefreshedBody(refreshed.AccessToken, ExpiresIn, inBody ? refreshed.RefreshToken : null);
        return Answers.Json(answer, IdentityJsonContext.Default.RefreshedBody);
    }

    private static int ExpiresIn => (int)AccessTokens.Lifetime.TotalSeconds;

    /// <summary>Either the link of somebody known or the name of a new guest.</summary>
    private static Outcome<Newcomer> ReadWho(JsonMembers body)
    {
        if (!body.TryGet("link_token", out var member))
        {
            return ReadName(body).TryGet(out var name, out var refusal) ? new Newcomer(name) : refusal;
        }

        if (!member.TryGetString(out var linkToken))
        {
            return Refusal.Invalid("link_token", "must be a string");
        }

        return body.TryGet("display_name", out _)
            ? Refusal.Invalid("display_name", "must be absent beside `link_token`: the user has a name")
            : new Newcomer(default, linkToken);
    }

    private static Outcome<DisplayName> ReadName(JsonMembers body)
    {
        if (!body.TryGet("display_name", out var member))
        {
            return GuestNames.Next();
        }

        return member.TryGetString(out var text) ? DisplayName.Parse(text) : Refusal.Invalid("display_name", "must be a string or null");
    }

    private static Outcome<bool> ReadRefresh(JsonMembers body)
    {
        if (!body.TryGet("refresh", out var member))
        {
            return false;
        }

        return member.TryGetString(out var place) && place == "body" ? true : Refusal.Invalid("refresh", "must be `body` or absent");
    }

    /// <summary>Who signs in: the user of a link or, without one, a guest of this name.</summary>
    private readonly record struct Newcomer(DisplayName Name, string? LinkToken = null);
}
