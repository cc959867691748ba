using FastChat.Protocol;
using FastChat.Server.Rest;

namespace FastChat.Server.Chats;

/// <summary>The REST calls of blocks.</summary>
internal static class BlockEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var blocks = routes.MapGroup("/api/blocks").RequireAuthorization().WithTags("Blocks");
        blocks.MapPost(string.Empty, BlockAsync).WithName("blockUser").WithSummary("Blocks a user")
            .TakesBody<BlockUserBody>().Produces<BlockBody>(StatusCodes.Status201Created).Produces<BlockBody>();
        blocks.MapGet(string.Empty, ListAsync).WithName("listBlocks").WithSummary("Whom the caller has blocked, newest first").Produces<BlockListBody>();
        blocks.MapDelete("/{user_id}", UnblockAsync).WithName("unblockUser").WithSummary("Ends a block, for what comes after")
            .Produces(StatusCodes.Status204NoContent).Refuses(ErrorCode.NotFound);
    }

    private static async Task<IResult> BlockAsync(HttpContext context, BlockUser blockUser)
    {
        if (!(await RequestBody.ReadAsync(context)).TryGet(out var body, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        if (!body.TryGet("user_id", out var member) || !member.TryGetId(out var otherId))
        {
            return Answers.Problem(Refusal.Invalid("user_id", Ids.Allowed));
        }

        return (await blockUser.BlockAsync(Caller.Of(context).UserId, otherId, CancellationToken.None)).TryGet(out var blocked, out refusal)
            ? Answers.Json(
                blocked.Block, ChatJsonContext.Default.BlockBody, blocked.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
            : Answers.Problem(refusal);
    }

    private static async Task<IResult> ListAsync(HttpContext context, BlockUser blockUser) => Answers.Json(
        new BlockListBody(await blockUser.ListAsync(Caller.Of(context).UserId, context.RequestAborted)), ChatJsonContext.Default.BlockListBody);

    private static async Task<IResult> UnblockAsync(HttpContext context, BlockUser blockUser)
    {
        // The nil id names nobody, so it is as good as one that is none.
        var otherId = Ids.TryParse((string?)context.Request.RouteValues["user_id"], out var id) ? id : Guid.Empty;
        return await blockUser.UnblockAsync(Caller.Of(context).UserId, otherId) is { } refusal ? Answers.Problem(refusal) : Results.NoContent();
    }
}

/// <summary>The body of <c>POST /api/blocks</c>.</summary>
public sealed record BlockUserBody(Guid UserId);
