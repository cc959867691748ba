using System.Collections.Concurrent;
using System.Threading.Channels;
using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Storage;

namespace FastChat.Server.Gateway;

/// <summary>
/// Keeps the order of <c>rev</c> on a node that hears of a chat from several others (CH3): hints may overtake each other, or not come. A
/// jump waits a moment for what it has overtaken, and then the database is asked; what is late after that is not delivered again.
/// Where all hints are this node's own they come in order, and go straight through.
/// </summary>
internal sealed partial class DeliveryOrder(
    Fanout fanout, MissedMessages missed, ChatQueries queries, Peers peers, TimeProvider time, ILogger<DeliveryOrder> logger) : BackgroundService
{
    /// <summary>How long a hint that was overtaken may take to come by itself.</summary>
    private static readonly TimeSpan Overtaken = TimeSpan.FromMilliseconds(20);

    /// <summary>How long it is known what was delivered of a chat; longer than the head check looks back.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    /// <summary>While more than this waits to be looked up, gaps are left to the clients (CL1).</summary>
    private const int MostLookups = 1_000;

    private readonly ConcurrentDictionary<Guid, ChatPlace> places = new();

    private readonly Channel<Func<CancellationToken, Task>> lookups =
        Channel.CreateBounded<Func<CancellationToken, Task>>(new BoundedChannelOptions(MostLookups) { SingleReader = true });

    /// <summary>Delivers a message at its place in its chat.</summary>
    public void Deliver(MessageHint hint)
    {
        if (!peers.CanExist)
        {
            fanout.Deliver(hint);
            return;
        }

        while (!TryDeliver(PlaceOf(hint.ChatId), hint))
        {
            // It was forgotten just now; the chat has a new place.
        }
    }

    /// <summary>The last revision of a chat that was delivered; -1: nothing is known of it.</summary>
    public long LastOf(Guid chatId)
    {
        if (!places.TryGetValue(chatId, out var place))
        {
            return -1;
        }

        lock (place)
        {
            return place.Last;
        }
    }

    /// <summary>Takes all of a chat up to a revision for delivered, if nothing is known of it yet.</summary>
    public void Begin(Guid chatId, long rev)
    {
        var place = PlaceOf(chatId);
        lock (place)
        {
            place.TouchedAt = time.GetTimestamp();
            place.Begin(rev);
        }
    }

    /// <summary>Delivers what was read from the database, unless it was delivered before; what is missing between is passed over.</summary>
    public void Fill(MessageHint read)
    {
        while (!TryFill(PlaceOf(read.ChatId), read))
        {
            // As above.
        }
    }

    /// <summary>Tells of an opened chat whose frame was too large for the bus.</summary>
    public void ReadAgain(ChatOpenedHint opened)
    {
        if (fanout.Reaches(opened.Frame.UserIds))
        {
            lookups.Writer.TryWrite(cancellation => ReadChatAsync(opened, cancellation));
        }
    }

    /// <summary>Forgets chats in which nothing has happened for long.</summary>
    public void Prune()
    {
        foreach (var (chatId, place) in places)
        {
            lock (place)
            {
                place.IsForgotten = !place.IsWaiting && !place.IsLookedUp && time.GetElapsedTime(place.TouchedAt) > Remembered;
                if (place.IsForgotten)
                {
                    places.TryRemove(chatId, out _);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var lookUp in lookups.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await lookUp(stoppingToken);
            }
            catch (DatabaseUnavailableException)
            {
                // The clients see the gap, and fetch it once the database is back (CL1).
            }
#pragma warning disable CA1031 // A fault at one chat must not end the order of all others.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogLookUpFailed(fault);
            }
        }
    }

    private ChatPlace PlaceOf(Guid chatId) => places.GetOrAdd(chatId, static (_, fanout) => new ChatPlace(fanout), fanout);

    /// <summary>Every message comes this way; false if the place was forgotten.</summary>
    private bool TryDeliver(ChatPlace place, MessageHint hint)
    {
        lock (place)
        {
            if (place.IsForgotten)
            {
                return false;
            }

            place.TouchedAt = time.GetTimestamp();
            GatewayMetrics.CameLate(!place.Add(hint));
            if (place.IsWaiting && !place.IsLookedUp)
            {
                LookUpSoon(hint.ChatId, place);
            }

            return true;
        }
    }

    private bool TryFill(ChatPlace place, MessageHint read)
    {
        lock (place)
        {
            if (place.IsForgotten)
            {
                return false;
            }

            place.TouchedAt = time.GetTimestamp();
            GatewayMetrics.ReadForWantOfAHint(place.Jump(read));
            return true;
        }
    }

    /// <summary>Has what is missing before what waits looked up; where too much is, clients do that. Call it with the place's lock held.</summary>
    private void LookUpSoon(Guid chatId, ChatPlace place)
    {
        var jumpedAt = time.GetTimestamp();
        place.IsLookedUp = lookups.Writer.TryWrite(cancellation => LookUpAsync(chatId, place, jumpedAt, cancellation));
        if (!place.IsLookedUp)
        {
            place.PassUpTo(long.MaxValue);
        }
    }

    private async Task LookUpAsync(Guid chatId, ChatPlace place, long jumpedAt, CancellationToken cancellationToken)
    {
        // If nothing can be looked up, the clients see the gap.
        var upTo = long.MaxValue;
        try
        {
            var rest = Overtaken - time.GetElapsedTime(jumpedAt);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, time, cancellationToken);
            var (after, highest) = Missing(place);
            foreach (var read in highest > after ? await missed.ReadAsync(chatId, after, highest, cancellationToken) : [])
            {
                lock (place)
                {
                    GatewayMetrics.ReadForWantOfAHint(place.Add(read));
                }
            }

            upTo = highest;
        }
        finally
        {
            lock (place)
            {
                place.IsLookedUp = false;
                place.PassUpTo(upTo);
                if (place.IsWaiting)
                {
                    // Something jumped during the look-up, and what it has overtaken may still come.
                    LookUpSoon(chatId, place);
                }
            }
        }
    }

    /// <summary>What of a chat has to be looked up: the revisions above the first, up to the second.</summary>
    private static (long After, long UpTo) Missing(ChatPlace place)
    {
        lock (place)
        {
            return (place.Last, place.IsWaiting ? place.Highest : place.Last);
        }
    }

    private async Task ReadChatAsync(ChatOpenedHint opened, CancellationToken cancellationToken)
    {
        foreach (var userId in opened.Frame.UserIds)
        {
            if ((await queries.FindAsync(opened.ChatId, userId, cancellationToken)).TryGet(out var chat, out _))
            {
                fanout.Deliver(opened.Frame with { UserIds = [userId], Frame = FrameWriter.Encode(new ChatOpenedFrame(chat, null)) });
            }
        }
    }

    [LoggerMessage(4008, LogLevel.Error, "Looking up what the bus did not bring failed")]
    private partial void LogLookUpFailed(Exception fault);
}
