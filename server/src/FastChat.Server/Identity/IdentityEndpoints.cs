using FastChat.Protocol;
using FastChat.Server.Rest;
using Microsoft.AspNetCore.Mvc;

namespace FastChat.Server.Identity;

/// <summary><c>/api/sessions</c> and <c>/api/me</c>.</summary>
internal static class IdentityEndpoints
{
    private static readonly Refusal NoSuchSession = new(ErrorCode.NotFound, "There is no such session.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        SignInEndpoints.Map(routes);
        MapSessions(routes.MapGroup("/api/sessions").WithTags("Identity").RequireAuthorization());
        MapMe(routes.MapGroup("/api/me").WithTags("Identity").RequireAuthorization());
    }

    private static void MapSessions(RouteGroupBuilder sessions)
    {
        sessions.MapGet(string.Empty, List).WithName("ListSessions").WithSummary("The caller's sessions")
            .Produces<SessionListBody>().Refuses(ErrorCode.Unauthorized);
        sessions.MapPost("/link", Link).WithName("LinkDevice").WithSummary("Makes a one-time link that takes the identity to another device")
            .Produces<LinkBody>(StatusCodes.Status201Created)
            .Refuses(ErrorCode.Unauthorized, ErrorCode.UnsupportedMediaType, ErrorCode.TooLarge, ErrorCode.InvalidJson);
        sessions.MapDelete("/current", SignOut).WithName("SignOut").WithSummary("Ends the session that asks")
            .Produces(StatusCodes.Status204NoContent).Refuses(ErrorCode.Unauthorized);
        sessions.MapDelete("/{session_id}", Revoke).WithName("RevokeSession").WithSummary("Ends one of the caller's sessions")
            .Produces(StatusCodes.Status204NoContent).Refuses(ErrorCode.Unauthorized, ErrorCode.NotFound);
    }

    private static void MapMe(RouteGroupBuilder me)
    {
        me.MapGet(string.Empty, Me).WithName("GetMe").WithSummary("Who the caller is")
            .Produces<UserBody>().Refuses(ErrorCode.Unauthorized);
        me.MapPatch(string.Empty, Rename).WithName("Rename").WithSummary("Changes the caller's display name")
            .TakesBody<RenameRequest>()
            .Produces<UserBody>()
            .Refuses(ErrorCode.Unauthorized, ErrorCode.UnsupportedMediaType, ErrorCode.TooLarge, ErrorCode.Validation);
    }

    private static async Task<IResult> List(HttpContext context, SessionService sessions)
    {
        var caller = Caller.Of(context);
        var list = await sessions.ListAsync(caller.UserId, context.RequestAborted);
        var entries = list.Select(session => new SessionEntryBody(
            session.SessionId, session.CreatedAt, session.LastSeen, session.Client, session.SessionId == caller.SessionId));
        return Answers.Json(new SessionListBody([.. entries]), IdentityJsonContext.Default.SessionListBody);
    }

    private static async Task<IResult> Link(HttpContext context, LinkService links)
    {
        if (!(await RequestBody.ReadAsync(context, mayBeEmpty: true)).TryGet(out _, out var refusal)
            || !(await links.CreateAsync(Caller.Of(context), context.RequestAborted)).TryGet(out var linkToken, out refusal))
        {
            return Answers.Problem(refusal);
        }

        var answer = new LinkBody(linkToken, (int)LinkToken.Lifetime.TotalSeconds);
        return Answers.Json(answer, IdentityJsonContext.Default.LinkBody, StatusCodes.Status201Created);
    }

    private static Task<IResult> SignOut(HttpContext context, SessionService sessions) =>
        EndAsync(context, sessions, Caller.Of(context).SessionId);

    private static async Task<IResult> Revoke([FromRoute(Name = "session_id")] string id, HttpContext context, SessionService sessions) =>
        Ids.TryParse(id, out var sessionId) ? await EndAsync(context, sessions, sessionId) : Answers.Problem(NoSuchSession);

    private static async Task<IResult> EndAsync(HttpContext context, SessionService sessions, Guid sessionId)
    {
        var caller = Caller.Of(context);

        // Once it is read, a revocation is carried out whether or not the caller waits for the answer.
        if (!await sessions.RevokeAsync(caller.UserId, sessionId, CancellationToken.None))
        {
            return Answers.Problem(NoSuchSession);
        }

        if (sessionId == caller.SessionId)
        {
            RefreshCookie.Delete(context);
        }

        return Results.NoContent();
    }

    private static async Task<IResult> Me(HttpContext context, Profiles profiles) =>
        Answer(await profiles.FindAsync(Caller.Of(context).UserId, context.RequestAborted));

    private static async Task<IResult> Rename(HttpContext context, Profiles profiles)
    {
        if (!(await RequestBody.ReadAsync(context)).TryGet(out var body, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        if (!body.TryGet("display_name", out var member) || !member.TryGetString(out var text))
        {
            return Answers.Problem(Refusal.Invalid("display_name", "must be a string"));
        }

        return DisplayName.Parse(text).TryGet(out var name, out refusal)
            ? Answer(await profiles.RenameAsync(Caller.Of(context).UserId, name, CancellationToken.None))
            : Answers.Problem(refusal);
    }

    /// <summary>A token may outlive its user where a backup was restored: then it names nobody.</summary>
    private static IResult Answer(User? user) => user is null
        ? Answers.Problem(AccessTokens.Refused)
        : Answers.Json(user.ToBody(), IdentityJsonContext.Default.UserBody);
}
