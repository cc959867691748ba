using FastChat.Protocol;
using FastChat.Server.Rest;

namespace FastChat.Server.Chats;

/// <summary>The REST calls of chats.</summary>
internal static class ChatEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var chats = routes.MapGroup("/api").RequireAuthorization().WithTags("Chats");
        chats.MapPost("/chats", OpenAsync).WithName("openChat").WithSummary("Opens the direct chat with a user")
            .TakesBody<OpenChatBody>().Produces<ChatBody>(StatusCodes.Status201Created).Produces<ChatBody>();
        chats.MapGet("/chats", ListAsync).WithName("listChats").WithSummary("Own chats, last change first").Produces<ChatListBody>();
        chats.MapGet("/chats/{chat_id}", GetAsync).WithName("getChat").WithSummary("One chat").Produces<ChatBody>();
        chats.MapGet("/chats/{chat_id}/messages", HistoryAsync).WithName("getHistory")
            .WithSummary("Messages before a place, ascending").Produces<HistoryBody>();
        chats.MapGet("/chats/{chat_id}/changes", ChangesAsync).WithName("getChanges")
            .WithSummary("Messages that changed after a revision, in their present state").Produces<ChangesBody>();
        chats.MapPost("/chats/{chat_id}/messages", SendAsync).WithName("sendMessage").WithSummary("Sends a message without a WebSocket")
            .TakesBody<SendMessageBody>().Produces<MessageBody>(StatusCodes.Status201Created).Produces<MessageBody>();
        SyncEndpoint.Map(chats);
    }

    private static async Task<IResult> OpenAsync(HttpContext context, OpenChat openChat)
    {
        if (!(await RequestBody.ReadAsync(context)).TryGet(out var body, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        if (!body.TryGet("user_id", out var member) || !member.TryGetId(out var otherId))
        {
            return Answers.Problem(Refusal.Invalid("user_id", Ids.Allowed));
        }

        var opened = await openChat.OpenAsync(Caller.Of(context).UserId, otherId, null, CancellationToken.None);
        return opened.TryGet(out var result, out refusal)
            ? Answers.Json(
                result.Chat,
                ChatJsonContext.Default.ChatBody,
                result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK)
            : Answers.Problem(refusal);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ChatQueries queries)
    {
        var query = new QueryParameters(context.Request);
        var limit = Limit(query);
        var after = Cursor(query);
        if (query.Refusal is { } refusal)
        {
            return Answers.Problem(refusal);
        }

        var (chats, next) = await queries.ListAsync(Caller.Of(context).UserId, limit, after, context.RequestAborted);
        return Answers.Json(new ChatListBody(chats, next?.ToString()), ChatJsonContext.Default.ChatListBody);
    }

    private static async Task<IResult> GetAsync(HttpContext context, ChatQueries queries)
    {
        var chat = ChatId(context) is { } chatId
            ? await queries.FindAsync(chatId, Caller.Of(context).UserId, context.RequestAborted)
            : ChatQueries.NotFound;
        return chat.TryGet(out var body, out var refusal) ? Answers.Json(body, ChatJsonContext.Default.ChatBody) : Answers.Problem(refusal);
    }

    private static async Task<IResult> HistoryAsync(HttpContext context, ChatQueries queries)
    {
        var query = new QueryParameters(context.Request);
        var limit = Limit(query);
        var before = query.Integer("before", 1, long.MaxValue);
        if (query.Refusal is { } refusal)
        {
            return Answers.Problem(refusal);
        }

        var history = ChatId(context) is { } chatId
            ? await queries.HistoryAsync(chatId, Caller.Of(context).UserId, before, limit, context.RequestAborted)
            : ChatQueries.NotFound;
        return history.TryGet(out var body, out var missing)
            ? Answers.Json(body, ChatJsonContext.Default.HistoryBody)
            : Answers.Problem(missing);
    }

    private static async Task<IResult> ChangesAsync(HttpContext context, ChatQueries queries)
    {
        var query = new QueryParameters(context.Request);
        var limit = Limit(query);
        var after = query.Integer("after", 0, long.MaxValue) ?? 0;
        if (query.Refusal is { } refusal)
        {
            return Answers.Problem(refusal);
        }

        var changes = ChatId(context) is { } chatId
            ? await queries.ChangesAsync(chatId, Caller.Of(context).UserId, after, limit, context.RequestAborted)
            : ChatQueries.NotFound;
        return changes.TryGet(out var body, out var missing)
            ? Answers.Json(body, ChatJsonContext.Default.ChangesBody)
            : Answers.Problem(missing);
    }

    private static async Task<IResult> SendAsync(HttpContext context, SendMessage sendMessage)
    {
        if (!(await RequestBody.ReadAsync(context)).TryGet(out var body, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        if (!body.TryGet("message_id", out var id) || !id.TryGetId(out var messageId))
        {
            return Answers.Problem(Refusal.Invalid("message_id", Ids.Allowed));
        }

        if (!body.TryGet("content", out var member) || !member.TryGetString(out var content))
        {
            return Answers.Problem(Refusal.Invalid("content", "must be a string"));
        }

        // A path that holds no id names no chat; the nil id names none either, so that what is checked before is checked the same.
        var draft = new MessageDraft(Caller.Of(context).UserId, ChatId(context) ?? Guid.Empty, null, messageId, content);
        return (await sendMessage.SendAsync(draft)).TryGet(out var stored, out refusal)
            ? Answers.Json<MessageBody>(
                stored.Message,
                ChatJsonContext.Default.MessageBody,
                stored.Duplicate ? StatusCodes.Status200OK : StatusCodes.Status201Created)
            : Answers.Problem(refusal);
    }

    private static int Limit(QueryParameters query) => (int)(query.Integer("limit", 1, ChatOptions.PageMax) ?? ChatOptions.Page);

    private static ChatCursor? Cursor(QueryParameters query)
    {
        if (query.Text("cursor") is not { } text)
        {
            return null;
        }

        if (ChatCursor.TryParse(text, out var cursor))
        {
            return cursor;
        }

        query.Refuse("cursor", "must be a `next_cursor` of an earlier answer");
        return null;
    }

    private static Guid? ChatId(HttpContext context) =>
        Ids.TryParse((string?)context.Request.RouteValues["chat_id"], out var chatId) ? chatId : null;
}

/// <summary>The body of <c>POST /api/chats</c>.</summary>
public sealed record OpenChatBody(Guid UserId);

/// <summary>The body of <c>POST /api/chats/{chat_id}/messages</c>.</summary>
public sealed record SendMessageBody(Guid MessageId, string Content);
