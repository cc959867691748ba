using System.Threading.Channels;

namespace FastChat.Server.Cluster;

/// <summary>
/// The bus of several nodes. What happens on this node its own listeners hear at once; for the others it is gathered and sent while
/// the message's way goes on. Whatever becomes of the bus, nothing waits for it: what can't be sent is left out, the others see the
/// gap in the packets' numbers, and all nodes look into the database every few seconds anyway (CL5).
/// </summary>
public sealed partial class BusBackplane : BackgroundService, IBackplane
{
    /// <summary>How long a start waits to hear itself.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(2);

    /// <summary>How often a node says that it lives, if it says nothing else.</summary>
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(2);

    /// <summary>Not hearing itself for so long, a node takes the connection for dead.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(5);

    /// <summary>The pause between two sendings: what happens in it goes out together.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(4);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>Hints that wait to be sent at most; the oldest are left out.</summary>
    private const int MostWaiting = 20_000;

    /// <summary>So many are sent at once at most.</summary>
    private const int MostGathered = 2_000;

    private readonly Guid nodeId = Guid.CreateVersion7();
    private readonly Channel<Hint> outbox;
    private readonly HintListeners listeners;
    private readonly IBus bus;
    private readonly Peers peers;
    private readonly TimeProvider time;
    private readonly ILogger<BusBackplane> logger;
    private readonly PacketWriter packets;
    private readonly TaskCompletionSource wasTried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource heardItself = new();
    private long heardAt;
    private int leftOut;
    private volatile bool isAway = true;
    private volatile string reason = "it takes what is sent and brings nothing";
    private Task<bool>? waiting;

    public BusBackplane(IBus bus, Peers peers, TimeProvider time, ILogger<BusBackplane> logger)
    {
        this.bus = bus;
        this.peers = peers;
        this.time = time;
        this.logger = logger;
        listeners = new HintListeners(logger);
        packets = new PacketWriter(nodeId, bus.MostBytes);
        outbox = Channel.CreateBounded<Hint>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref leftOut));
    }

    /// <inheritdoc/>
    public void Publish(Hint hint)
    {
        listeners.Tell(hint);
        if (isAway)
        {
            Interlocked.Increment(ref leftOut);
        }
        else if (peers.MayExist)
        {
            outbox.Writer.TryWrite(hint);
        }
    }

    /// <inheritdoc/>
    public void Subscribe(Action<Hint> handler) => listeners.Add(handler);

    /// <summary>Connects. A start does not fail for the bus, but says so where it is not heard.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await wasTried.Task.WaitAsync(StartPatience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (isAway)
        {
            LogNotHeard(ClusterOptions.Setting, bus.Name, reason);
        }
    }

    /// <summary>Sends what waits, if that is soon done, and ends.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!isAway && outbox.Reader.Count > 0 && time.GetElapsedTime(began) < StopPatience)
        {
            await Task.Delay(Gathering, time, cancellationToken);
        }

        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        var isFirst = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            var connectedAt = time.GetTimestamp();
            var fault = await ServeAsync(isFirst, stoppingToken);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            reason = fault.GetBaseException().Message;
            wasTried.TrySetResult();
            if (!isAway)
            {
                LogLost(bus.Name, reason);
            }

            (isAway, isFirst) = (true, false);
            pause = time.GetElapsedTime(connectedAt) > LongestPause ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Connects and sends until the connection ends; returns why it did.</summary>
    private async Task<Exception> ServeAsync(bool isFirst, CancellationToken stoppingToken)
    {
        IBusLink? link = null;
        try
        {
            link = await bus.ConnectAsync(Hear, stoppingToken);
            await HearItselfAsync(link, stoppingToken);
            Connected(isFirst);
            await PumpAsync(link, stoppingToken);
            await link.Ended;
            return new IOException("the connection ended");
        }
#pragma warning disable CA1031 // Whatever breaks, the node goes on without the bus and tries again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return fault;
        }
        finally
        {
            if (link is not null)
            {
                // A driver may wait very long for a peer that does not answer; it does so alone.
                await link.DisposeAsync().AsTask().WaitAsync(ClosePatience, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Connected(bool isFirst)
    {
        isAway = false;
        wasTried.TrySetResult();
        if (!isFirst)
        {
            // What was missed meanwhile is looked up, from this moment on.
            LogBack(bus.Name);
            BusMetrics.Reconnected();
            peers.Lose();
        }
    }

    /// <summary>Sends a packet without hints until one comes back: only then it is known that this node is heard, and hears.</summary>
    private async Task HearItselfAsync(IBusLink link, CancellationToken stoppingToken)
    {
        heardItself = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = time.GetTimestamp();
        while (!heardItself.Task.IsCompleted)
        {
            if (link.Ended.IsCompleted || time.GetElapsedTime(began) > Silence)
            {
                throw new TimeoutException("it takes what is sent and brings nothing");
            }

            await SendAsync(link, stoppingToken);
            await heardItself.Task.WaitAsync(PingPeriod, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    private async Task PumpAsync(IBusLink link, CancellationToken stoppingToken)
    {
        while (!link.Ended.IsCompleted)
        {
            await WaitAsync(stoppingToken);
            if (time.GetElapsedTime(Volatile.Read(ref heardAt)) > Silence)
            {
                throw new TimeoutException($"nothing was heard for {Silence.TotalSeconds:0} s");
            }

            await SendAsync(link, stoppingToken);
            await Task.Delay(Gathering, time, stoppingToken);
        }
    }

    /// <summary>Waits until there is something to send, or time to say that the node lives.</summary>
    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        waiting ??= outbox.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        await ((Task)waiting).WaitAsync(PingPeriod, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stoppingToken.ThrowIfCancellationRequested();
        waiting = waiting.IsCompleted ? null : waiting;
    }

    private async Task SendAsync(IBusLink link, CancellationToken stoppingToken)
    {
        var stamp = time.GetTimestamp();
        if (Interlocked.Exchange(ref leftOut, 0) > 0)
        {
            packets.Skip();
        }

        var count = 0;
        for (; count < MostGathered && outbox.Reader.TryRead(out var hint); count++)
        {
            if (!packets.Add(hint, stamp))
            {
                packets.Skip();
                LogTooLong(hint.GetType().Name);
            }
        }

        var taken = packets.Take(stamp);
        await link.SendAsync(taken).WaitAsync(SendPatience, time, stoppingToken);
        BusMetrics.Published(count, taken.Sum(packet => packet.Length));
    }

    private void Hear(ReadOnlySpan<byte> packet)
    {
        if (!PacketHeader.TryRead(ref packet, out var header))
        {
            return;
        }

        if (header.NodeId == nodeId)
        {
            Volatile.Write(ref heardAt, time.GetTimestamp());
            heardItself.TrySetResult();
            BusMetrics.Lag(time.GetElapsedTime(header.Stamp).TotalSeconds);
            return;
        }

        peers.Note(header.NodeId, header.Number);
        var reader = new HintReader(packet);
        var count = 0;
        for (; reader.Next() is { } hint; count++)
        {
            listeners.Tell(hint);
        }

        BusMetrics.Received(count);
    }

    [LoggerMessage(7002, LogLevel.Warning, "{Setting}: this node does not hear itself on {Bus} ({Reason}); until it does, messages of other nodes come by looking into the database every 3 s. With PostgreSQL it must be a direct connection, not one through a transaction pooler")]
    private partial void LogNotHeard(string setting, string bus, string reason);

    [LoggerMessage(7003, LogLevel.Warning, "The bus ({Bus}) is away and tried again; until then messages of other nodes come by looking into the database: {Reason}")]
    private partial void LogLost(string bus, string reason);

    [LoggerMessage(7004, LogLevel.Information, "The bus ({Bus}) is back")]
    private partial void LogBack(string bus);

    [LoggerMessage(7005, LogLevel.Error, "A {Hint} is too long for the bus and was left out")]
    private partial void LogTooLong(string hint);
}
