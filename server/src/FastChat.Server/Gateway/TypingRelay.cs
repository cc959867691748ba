using System.Threading.Channels;
using FastChat.Protocol;
using FastChat.Server.Blocks;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Limits;
using FastChat.Server.Storage;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Gateway;

/// <summary>
/// Passes typing on to the other members, at most so many times a second and user (GW7). What comes too soon is dropped
/// without an <c>ERROR</c>, but the last state of each chat is passed on once its time has come.
/// </summary>
internal sealed partial class TypingRelay : BackgroundService
{
    private const int MostWaiting = 10_000;

    /// <summary>Of so many chats at most a user's last state waits; nobody types in more at a time.</summary>
    private const int MostLateOfUser = 8;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Channel<Signaled> arrived = Channel.CreateBounded<Signaled>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Dictionary<Guid, List<Signaled>> late = [];
    private readonly RateLimiter<Guid> rate;
    private readonly ChatMembers members;
    private readonly BlockIndex blocks;
    private readonly IBackplane backplane;
    private readonly TimeProvider time;
    private readonly ILogger<TypingRelay> logger;

    public TypingRelay(
        ChatMembers members, BlockIndex blocks, IBackplane backplane, IOptions<GatewayOptions> options, TimeProvider time, ILogger<TypingRelay> logger)
    {
        this.members = members;
        this.blocks = blocks;
        this.backplane = backplane;
        this.time = time;
        this.logger = logger;
        rate = new RateLimiter<Guid>(options.Value.TypingPerSecond, burst: Math.Max(1, options.Value.TypingPerSecond), time);
    }

    /// <summary>Takes a signal. Never waits.</summary>
    public void Signal(Connection connection, Guid userId, TypingSignal signal) =>
        arrived.Writer.TryWrite(new Signaled(connection, userId, signal));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await arrived.Reader.WaitToReadAsync(stoppingToken))
        {
            do
            {
                while (arrived.Reader.TryRead(out var signaled))
                {
                    NoteLate(signaled);
                    await PassOnAsync(signaled);
                }

                foreach (var signaled in late.Values.SelectMany(waiting => waiting).ToList())
                {
                    await PassOnAsync(signaled);
                }
            }
            while (late.Count > 0 && await WaitAsync(stoppingToken));
        }
    }

    /// <summary>Notes a signal in place of the last one of its chat; of too many chats the one that waits longest is dropped.</summary>
    private void NoteLate(Signaled signaled)
    {
        if (!late.TryGetValue(signaled.UserId, out var waiting))
        {
            late.Add(signaled.UserId, waiting = []);
        }

        waiting.RemoveAll(earlier => earlier.Signal.ChatId == signaled.Signal.ChatId);
        if (waiting.Count == MostLateOfUser)
        {
            waiting.RemoveAt(0);
        }

        waiting.Add(signaled);
    }

    private async Task<bool> WaitAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Tick, time, stoppingToken);
        return true;
    }

    private async Task PassOnAsync(Signaled signaled)
    {
        var (connection, userId, signal) = signaled;
        if (!rate.TryTake(userId, out _))
        {
            return;
        }

        if (late.TryGetValue(userId, out var waiting) && waiting.Remove(signaled) && waiting.Count == 0)
        {
            late.Remove(userId);
        }

        try
        {
            if (!(await members.OfAsync(signal.ChatId, userId, CancellationToken.None)).TryGet(out var all, out var refusal))
            {
                connection.Refuse(refusal, signal.Ref, null);
                return;
            }

            var others = all.Where(member => member != userId && !blocks.IsBlocked(userId, member) && !blocks.IsBlocked(member, userId)).ToArray();
            if (others.Length == 0)
            {
                return;
            }

            var frame = FrameWriter.Encode(new TypingFrame(signal.ChatId, userId, signal.IsTyping));
            backplane.Publish(new FrameHint(others, frame, null) { IsDroppable = true });
        }
        catch (DatabaseUnavailableException)
        {
            // Typing is worth no retry.
        }
#pragma warning disable CA1031 // A fault at one signal must not end typing for all.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogSignalFailed(fault);
        }
    }

    [LoggerMessage(4005, LogLevel.Error, "Passing on a typing signal failed")]
    private partial void LogSignalFailed(Exception fault);

    private sealed record Signaled(Connection Connection, Guid UserId, TypingSignal Signal);
}
