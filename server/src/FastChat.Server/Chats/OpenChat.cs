using FastChat.Protocol;
using FastChat.Server.Cluster;

namespace FastChat.Server.Chats;

/// <summary>Opens the direct chat with a user: always the same chat for the same two.</summary>
public sealed class OpenChat(IMessageLog log, ChatQueries queries, IBackplane backplane, TimeProvider time)
{
    /// <summary>
    /// Opens and returns the chat as <paramref name="userId"/> sees it. All of that user's connections but
    /// <paramref name="connectionId"/> are told.
    /// </summary>
    public async Task<Outcome<OpenedChat>> OpenAsync(Guid userId, Guid otherId, Guid? connectionId, CancellationToken cancellationToken)
    {
        if (userId == otherId)
        {
            return Refusal.Invalid("user_id", "must be another user");
        }

        var request = new Opening(userId, otherId);
        if (!log.Enqueue(request))
        {
            return new Refusal(ErrorCode.Unavailable, "Too much is waiting to be stored.", TimeSpan.FromSeconds(1));
        }

        try
        {
            await request.Done.WaitAsync(ChatOptions.Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return ChatOptions.Unanswered;
        }

        if (request.Refusal is { } refusal)
        {
            return refusal;
        }

        var chat = await queries.FindAsync(request.ChatId, userId, cancellationToken);
        if (!chat.TryGet(out var body, out var missing))
        {
            return missing;
        }

        backplane.Publish(new ChatOpenedHint(body.ChatId, new FrameHint([userId], FrameWriter.Encode(new ChatOpenedFrame(body, null)), connectionId)));
        return new OpenedChat(body, request.Created);
    }

    private sealed class Opening(Guid userId, Guid otherId) : OpenRequest(userId, otherId)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => done.Task;

        public override void Complete() => done.TrySetResult();
    }
}

/// <summary>A chat that was opened, and whether it is new.</summary>
public sealed record OpenedChat(ChatBody Chat, bool Created);
