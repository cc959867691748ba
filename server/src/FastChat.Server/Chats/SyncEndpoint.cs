using System.Text.Json;
using FastChat.Protocol;
using FastChat.Server.Rest;

namespace FastChat.Server.Chats;

/// <summary><c>POST /api/sync</c>.</summary>
internal static class SyncEndpoint
{
    /// <summary>The largest question, in bytes: about 20,000 chats.</summary>
    private const int MaxBytes = 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/sync", SyncAsync)
        .WithName("sync").WithSummary("Catches up: the chat list, and what changed since the given revisions")
        .TakesBody<SyncQuestionBody>().Produces<SyncBody>();

    private static async Task<IResult> SyncAsync(HttpContext context, SyncChats sync, SyncAdmission admission)
    {
        if (!(await RequestBody.ReadAsync(context, MaxBytes)).TryGet(out var body, out var refusal)
            || !Read(body).TryGet(out var question, out refusal))
        {
            return Answers.Problem(refusal);
        }

        if (admission.Refuse() is { } busy)
        {
            return Answers.Problem(busy);
        }

        var answer = await sync.SyncAsync(Caller.Of(context).UserId, question, context.RequestAborted);
        return Answers.Json(answer, ChatJsonContext.Default.SyncBody);
    }

    private static Outcome<SyncQuestion> Read(JsonMembers body)
    {
        string? epoch = null;
        if (body.TryGet("epoch", out var epochMember) && !epochMember.TryGetString(out epoch))
        {
            return Refusal.Invalid("epoch", "must be a string or null");
        }

        var cursor = default(ChatCursor?);
        if (body.TryGet("cursor", out var cursorMember))
        {
            if (!cursorMember.TryGetString(out var text) || !ChatCursor.TryParse(text, out var parsed))
            {
                return Refusal.Invalid("cursor", "must be the `next_cursor` of the last answer");
            }

            cursor = parsed;
        }

        var revs = new Dictionary<Guid, long>();
        if (body.TryGet("revs", out var revsMember) && !ReadRevs(revsMember, revs))
        {
            return Refusal.Invalid("revs", "must be an object of chat ids with their revisions, integers of 0 or more");
        }

        return new SyncQuestion(epoch, revs, cursor);
    }

    private static bool ReadRevs(JsonMember member, Dictionary<Guid, long> revs)
    {
        if (member.Kind != JsonTokenType.StartObject)
        {
            return false;
        }

        foreach (var (name, value) in JsonMembers.Nested(member))
        {
            if (!Ids.TryParse(name, out var chatId) || !value.TryGetInteger(0, long.MaxValue, out var rev))
            {
                return false;
            }

            revs[chatId] = rev;
        }

        return true;
    }
}

/// <summary>The body of <c>POST /api/sync</c>.</summary>
public sealed record SyncQuestionBody(string? Epoch, IReadOnlyDictionary<string, long> Revs, string? Cursor);
