using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Limits;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Chats;

/// <summary>
/// A message's way from a sender to the other members: checked, limited, stored, acknowledged, announced. The order of
/// refusals is the contract's: members, then rate, then chat or user, then conflict.
/// </summary>
public sealed class SendMessage
{
    private static readonly Refusal Overloaded =
        new(ErrorCode.Unavailable, "Too much is waiting to be stored; send again with the same message_id.", TimeSpan.FromSeconds(1));

    private readonly IMessageLog log;
    private readonly IBackplane backplane;
    private readonly ChatOptions options;
    private readonly RateLimiter<Guid> rate;
    private readonly TimeProvider time;

    public SendMessage(IMessageLog log, IBackplane backplane, IOptions<ChatOptions> options, TimeProvider time)
    {
        this.log = log;
        this.backplane = backplane;
        this.time = time;
        this.options = options.Value;
        rate = new RateLimiter<Guid>(this.options.MessagesPerMinute / 60.0, this.options.MessageBurst, time);
    }

    /// <summary>
    /// Sends. Returns a refusal at once, or null: then <paramref name="answered"/> is called exactly once, after the
    /// message is on disk or refused, in the order of sending, and before other members hear of it.
    /// </summary>
    /// <param name="draft">The message.</param>
    /// <param name="connectionId">The connection that sent it, which is not told of it again.</param>
    /// <param name="answered">Must not block.</param>
    public Refusal? Send(MessageDraft draft, Guid? connectionId, Action<Outcome<StoredMessage>> answered)
    {
        using var received = MessageSpans.Receive();
        if (MessageContent.Check(draft.Content, options.MessageLength) is { } refusal)
        {
            return refusal;
        }

        if (draft.To == draft.SenderId)
        {
            return Refusal.Invalid("to", "must be another user");
        }

        if (!rate.TryTake(draft.SenderId, out var retryAfter))
        {
            return new Refusal(ErrorCode.RateLimited, "You are sending messages too fast.", retryAfter);
        }

        var trace = received.Trace;
        var sending = new Sending(this, draft, connectionId, answered) { Trace = trace, CameAt = trace == default ? default : time.GetUtcNow() };
        return log.Enqueue(sending) ? null : Overloaded;
    }

    /// <summary>Sends and waits for the answer, though not for ever; for callers without a connection.</summary>
    public async Task<Outcome<StoredMessage>> SendAsync(MessageDraft draft)
    {
        var done = new TaskCompletionSource<Outcome<StoredMessage>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Send(draft, null, outcome => done.TrySetResult(outcome)) is { } refusal)
        {
            return refusal;
        }

        try
        {
            return await done.Task.WaitAsync(ChatOptions.Patience, time);
        }
        catch (TimeoutException)
        {
            return ChatOptions.Unanswered;
        }
    }

    private void Announce(Sending sending, Guid? connectionId, Action<Outcome<StoredMessage>> answered)
    {
        var (stored, draft) = (sending.Stored!, sending.Draft);
        if (draft.To is not null)
        {
            // Whoever sends the first message to a user, not to a chat, may not know the chat: on none of the own connections.
            foreach (var introduction in stored.Introduce(member => member == draft.SenderId))
            {
                backplane.Publish(introduction);
            }
        }

        answered(stored);
        if (stored.Duplicate)
        {
            return;
        }

        using var span = MessageSpans.Publish(sending.Trace);
        backplane.Publish(stored.ToHint(connectionId) with { CommittedAt = sending.CommittedAt, Trace = span?.Context ?? default });
    }

    private sealed class Sending(SendMessage owner, MessageDraft draft, Guid? connectionId, Action<Outcome<StoredMessage>> answered)
        : AppendRequest(draft)
    {
        public override void Complete()
        {
            if (Refusal is { } refusal)
            {
                answered(refusal);
            }
            else
            {
                owner.Announce(this, connectionId, answered);
            }
        }
    }
}
