using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Limits;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Gateway;

/// <summary>
/// Takes each frame of a live connection to its room, in the contract's order of refusals. It never waits: what needs the
/// database is answered from elsewhere, so that the read loop goes on and sees pings, pongs and the end.
/// </summary>
internal sealed partial class FrameRouter
{
    private readonly RateLimiter<Guid> frames;
    private readonly SendMessage sendMessage;
    private readonly AdvancePosition advancePosition;
    private readonly OpenChat openChat;
    private readonly TypingRelay typing;
    private readonly PresenceTracker presence;
    private readonly PresenceBroadcaster broadcaster;
    private readonly PresenceDirectory directory;
    private readonly TimeProvider time;
    private readonly ILogger<FrameRouter> logger;

    public FrameRouter(
        SendMessage sendMessage,
        AdvancePosition advancePosition,
        OpenChat openChat,
        TypingRelay typing,
        PresenceTracker presence,
        PresenceBroadcaster broadcaster,
        PresenceDirectory directory,
        IOptions<GatewayOptions> options,
        TimeProvider time,
        ILogger<FrameRouter> logger)
    {
        this.sendMessage = sendMessage;
        this.advancePosition = advancePosition;
        this.openChat = openChat;
        this.typing = typing;
        this.presence = presence;
        this.broadcaster = broadcaster;
        this.directory = directory;
        this.time = time;
        this.logger = logger;
        frames = new RateLimiter<Guid>(options.Value.FramesPerSecond, options.Value.FrameBurst, time);
    }

    /// <summary>Handles one text message. The bytes are not used after the call.</summary>
    public void Route(Connection connection, ReadOnlyMemory<byte> message)
    {
        var isInTime = frames.TryTake(connection.Id, out var retryAfter);

        // Parsed even if it comes too soon, because an answer carries the ids that can be read.
        var parsed = ClientFrameParser.Parse(message);
        if (!isInTime)
        {
            connection.Refuse(new Refusal(ErrorCode.RateLimited, "You are sending frames too fast.", retryAfter), parsed.Ref, parsed.MessageId);
            return;
        }

        if (parsed.Type == "HELLO")
        {
            connection.Refuse(new Refusal(ErrorCode.Validation, "HELLO is sent once."), parsed.Ref, null);
            connection.Close(CloseCode.ProtocolViolated, "second HELLO");
        }
        else if (parsed.Refusal is { } refusal)
        {
            connection.Refuse(refusal, parsed.Ref, parsed.MessageId);
        }
        else
        {
            Dispatch(connection, connection.Live!, parsed.Frame!);
        }
    }

    private void Dispatch(Connection connection, LiveState live, ClientFrame frame)
    {
        switch (frame)
        {
            case SendFrame send:
                Send(connection, live, send);
                break;
            case AdvanceFrame advance:
                advancePosition.Advance(live.UserId, advance, connection.Id, refusal => connection.Refuse(refusal, advance.Ref, null));
                break;
            case TypingSignal signal:
                typing.Signal(connection, live.UserId, signal);
                break;
            case StatusFrame status:
                presence.StatusChanged(connection.Id, live.UserId, status.IsAway);
                break;
            case PingFrame:
                connection.Send(new PongFrame(time.GetUtcNow(), frame.Ref));
                break;
            case OpenChatFrame open:
                RunSlowly(connection, open.Ref, () => OpenAsync(connection, live, open));
                break;
            case WatchFrame watch:
                broadcaster.Watch(live.Viewer!, watch.UserIds);
                RunSlowly(connection, watch.Ref, () => ShowWatchedAsync(connection, live, watch));
                break;
            default:
                throw new ArgumentException($"no room for a {frame.GetType().Name}", nameof(frame));
        }
    }

    private void Send(Connection connection, LiveState live, SendFrame frame)
    {
        var pending = connection.Pending.Add(frame.MessageId, frame.Ref);
        var draft = new MessageDraft(live.UserId, frame.ChatId, frame.To, frame.MessageId, frame.Content);
        if (sendMessage.Send(draft, connection.Id, outcome => Answer(connection, pending, outcome)) is { } refusal)
        {
            Answer(connection, pending, refusal);
        }
    }

    private void Answer(Connection connection, PendingSend pending, Outcome<StoredMessage> outcome)
    {
        if (!connection.Pending.TryAnswer(pending))
        {
            return;
        }

        if (outcome.TryGet(out var stored, out var refusal))
        {
            var message = stored.Message;
            connection.Send(new MessageAckFrame(
                message.ChatId, message.MessageId, message.Seq, message.Rev, message.SentAt, stored.Duplicate, pending.Reference));
            GatewayMetrics.Acknowledged(time.GetElapsedTime(pending.SentAt));
        }
        else
        {
            connection.Refuse(refusal, pending.Reference, pending.MessageId);
        }
    }

    private async Task OpenAsync(Connection connection, LiveState live, OpenChatFrame frame)
    {
        var outcome = await openChat.OpenAsync(live.UserId, frame.UserId, connection.Id, CancellationToken.None);
        if (outcome.TryGet(out var opened, out var refusal))
        {
            connection.Send(new ChatOpenedFrame(opened.Chat, frame.Ref));
        }
        else
        {
            connection.Refuse(refusal, frame.Ref, null);
        }
    }

    private async Task ShowWatchedAsync(Connection connection, LiveState live, WatchFrame frame)
    {
        var states = await directory.StatesForAsync(live.UserId, frame.UserIds, CancellationToken.None);
        connection.Send(broadcaster.Answer(live.Viewer!, states, frame.Ref));
    }

    private void RunSlowly(Connection connection, string? reference, Func<Task> work)
    {
        if (!connection.TryRunSlowly(() => GuardAsync(connection, reference, work)))
        {
            connection.Refuse(Overloaded, reference, null);
        }
    }

    private async Task GuardAsync(Connection connection, string? reference, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (DatabaseUnavailableException)
        {
            connection.Refuse(Overloaded, reference, null);
        }
#pragma warning disable CA1031 // A bug in one frame's handling costs that frame an answer and nobody else anything.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            var id = Guid.CreateVersion7();
            LogFrameFailed(fault, id);
            connection.Refuse(new Refusal(ErrorCode.InternalError, $"The server made a mistake; it is logged as {id}."), reference, null);
        }
    }

    private static Refusal Overloaded =>
        new(ErrorCode.Unavailable, "The database can't be reached, or too much waits for it; try again.", TimeSpan.FromSeconds(1));

    [LoggerMessage(4004, LogLevel.Error, "Handling a frame failed ({Id})")]
    private partial void LogFrameFailed(Exception fault, Guid id);
}
