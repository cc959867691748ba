using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Storage;

namespace FastChat.Server.Gateway;

/// <summary>
/// Looks into the database for messages of which no hint came, and delivers them (CL5): the last message of a chat has no successor
/// that would give its loss away, and the sender's node may die between the commit and the hint. So what was acknowledged reaches who
/// is here within 5 s, whatever became of the bus.
/// </summary>
internal sealed partial class HeadCheck(
    MissedMessages missed, DeliveryOrder order, Peers peers, TimeProvider time, ILogger<HeadCheck> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>How far it looks back: more than a message takes from its time to its commit, and the nodes' clocks are apart.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    /// <summary>After a longer absence the clients have reconnected, or fetch what they miss.</summary>
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(5);

    /// <summary>Chats that are read together, so that the first need not wait for the last.</summary>
    private const int AtOnce = 100;

    /// <summary>How long the hint of a message that was just committed may take.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// What stands in the database before anybody can be connected to this node counts as delivered: who connects fetches it (CL2). Else
    /// all messages of the window would go out once more after each start.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (chatId, rev) in peers.CanExist ? await missed.HeadsAsync(time.GetUtcNow() - Window, cancellationToken) : [])
            {
                order.Begin(chatId, rev);
            }
        }
        catch (DatabaseUnavailableException)
        {
            // Clients pass over what they have.
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var checkedUpTo = time.GetUtcNow();
        using var loss = new HintLoss(peers, time);
        while (peers.CanExist)
        {
            await loss.WaitAsync(Period, stoppingToken);
            var began = time.GetUtcNow();
            order.Prune();
            if (!peers.MayExist || await CheckAsync(Earliest(checkedUpTo, began), stoppingToken))
            {
                checkedUpTo = began;
            }
        }
    }

    private static DateTimeOffset Earliest(DateTimeOffset checkedUpTo, DateTimeOffset now) =>
        (checkedUpTo < now - LongestWindow ? now - LongestWindow : checkedUpTo) - Window;

    /// <summary>Looks once; false if the database did not answer.</summary>
    private async Task<bool> CheckAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            var heads = await missed.HeadsAsync(since, cancellationToken);
            var behind = Behind(heads);
            if (behind.Count > 0)
            {
                await Task.Delay(OnItsWay, time, cancellationToken);
                behind = Behind(heads);
            }

            foreach (var some in behind.Chunk(AtOnce))
            {
                (await missed.ReadAsync(some, since, cancellationToken)).ForEach(order.Fill);
                LogFound(some.Length);
            }

            return true;
        }
        catch (DatabaseUnavailableException)
        {
            return false;
        }
#pragma warning disable CA1031 // The next look may succeed; without it the last message of a chat could be missing for long.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogFailed(fault);
            return false;
        }
    }

    private List<(Guid ChatId, long Last)> Behind(Dictionary<Guid, long> heads) =>
        [.. heads.Select(head => (ChatId: head.Key, Last: order.LastOf(head.Key))).Where(chat => chat.Last < heads[chat.ChatId])];

    [LoggerMessage(4009, LogLevel.Debug, "Messages in {Chats} chats came by looking into the database")]
    private partial void LogFound(int chats);

    [LoggerMessage(4010, LogLevel.Error, "Looking into the database for messages without a hint failed")]
    private partial void LogFailed(Exception fault);
}
