using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using FastChat.Faults.Clients;

namespace FastChat.Nodes;

/// <summary>
/// A user as the web client makes one: reconnects with full jitter from 0.5 s up to 30 s (CL6), gives up the first attempts sooner if they do not
/// open, and when its node is about to leave, connects
/// anew after the time it was told and only then lets go of the old connection (GW6). It sends each message once, and tells what became of it.
/// </summary>
internal sealed class Visitor(Account account, Uri root) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The first attempts have less time to open: one of several nodes may stand still.</summary>
    private static readonly TimeSpan[] FirstPatience = [TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)];

    /// <summary>What is sent on a connection that is let go of is waited for so long; and a silent one is asked, and has so long to answer.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);

    /// <summary>What <c>HELLO_ACK</c> tells as <c>heartbeat_ms</c>.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(20);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, ClientSocket> unanswered = new(StringComparer.Ordinal);
    private ClientSocket? current;
    private bool isConnecting;
    private long goneAt;
    private long gap;
    private int losses;
    private int moves;
    private int failedSends;
    private int sent;

    public Account Account => account;

    /// <summary>It has a connection that was greeted.</summary>
    public bool IsLive
    {
        get
        {
            lock (gate)
            {
                return current is not null;
            }
        }
    }

    /// <summary>When it was last greeted, of <see cref="Stopwatch"/>'s clock.</summary>
    public long LiveAt { get; private set; }

    /// <summary>How often it stood without a connection.</summary>
    public int Losses => Volatile.Read(ref losses);

    /// <summary>How often it changed to a new connection before the old one ended.</summary>
    public int Moves => Volatile.Read(ref moves);

    /// <summary>Messages whose connection ended before an answer came, that were refused, or for which there was no connection.</summary>
    public int FailedSends => Volatile.Read(ref failedSends);

    /// <summary>Messages sent.</summary>
    public int Sent => Volatile.Read(ref sent);

    /// <summary>Messages whose answer is still awaited.</summary>
    public int Unanswered => unanswered.Count;

    /// <summary>The longest time without a connection.</summary>
    public TimeSpan LongestGap => Stopwatch.GetElapsedTime(0, Volatile.Read(ref gap));

    /// <summary>Told of each acknowledgement and each message, with the message's id.</summary>
    public Action<string>? OnAcked { get; set; }

    /// <summary>Told of each message that comes, with its id.</summary>
    public Action<string>? OnMessage { get; set; }

    /// <summary>Begins to connect.</summary>
    public void Start() => BeginConnecting(TimeSpan.Zero);

    /// <summary>Asks a connection that is silent for a sign of life, and lets go of one that gives none.</summary>
    public void MindSilence()
    {
        lock (gate)
        {
            current?.MindSilence(Heartbeat, AnswerPatience);
        }
    }

    /// <summary>Sends a message to a user, once.</summary>
    public void Send(string to)
    {
        Interlocked.Increment(ref sent);
        lock (gate)
        {
            if (current is not { } socket)
            {
                failedSends++;
                return;
            }

            var id = Guid.CreateVersion7().ToString();
            unanswered[id] = socket;
            socket.Send(new { type = "MSG", to, message_id = id, content = new string('x', 128) });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        lock (gate)
        {
            current?.Abort();
        }
    }

    private void BeginConnecting(TimeSpan after)
    {
        lock (gate)
        {
            if (isConnecting || stopping.IsCancellationRequested)
            {
                return;
            }

            isConnecting = true;
        }

        _ = ConnectAsync(after);
    }

    private async Task ConnectAsync(TimeSpan after)
    {
        var wait = after;
        for (var attempt = 0; !stopping.IsCancellationRequested; attempt++)
        {
            await Task.Delay(wait, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (await TryConnectAsync(attempt < FirstPatience.Length ? FirstPatience[attempt] : Patience) is { } socket)
            {
                Take(socket);
                _ = ReadAsync(socket);
                return;
            }

            wait = TimeSpan.FromSeconds(Random.Shared.NextDouble() * Math.Min(30, 0.5 * Math.Pow(2, attempt)));
        }
    }

    private async Task<ClientSocket?> TryConnectAsync(TimeSpan patience)
    {
        try
        {
            var socket = await ClientSocket.ConnectAsync(root, patience, stopping.Token);
            socket.Send(new { type = "HELLO", token = account.AccessToken });
            if ((await socket.ReadAsync(Patience, stopping.Token))?.Type == "HELLO_ACK")
            {
                return socket;
            }

            await socket.DisposeAsync();
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
        {
            // Tried again.
        }

        return null;
    }

    private void Take(ClientSocket socket)
    {
        ClientSocket? old;
        lock (gate)
        {
            (old, current, isConnecting) = (current, socket, false);
            LiveAt = Stopwatch.GetTimestamp();
            if (old is not null)
            {
                moves++;
            }
            else if (goneAt != 0)
            {
                gap = Math.Max(gap, LiveAt - goneAt);
            }
        }

        if (old is not null)
        {
            _ = LetGoAsync(old);
        }
    }

    /// <summary>What was sent on the old connection is answered there.</summary>
    private async Task LetGoAsync(ClientSocket old)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < AnswerPatience && unanswered.Values.Contains(old);)
        {
            await Task.Delay(20);
        }

        old.Abort();
    }

    private async Task ReadAsync(ClientSocket socket)
    {
        while (await socket.ReadAsync(stopping.Token) is { } frame)
        {
            switch (frame.Type)
            {
                case "MSG_ACK":
                    unanswered.TryRemove(frame.MessageId!, out _);
                    OnAcked?.Invoke(frame.MessageId!);
                    break;
                case "MSG":
                    OnMessage?.Invoke(frame.MessageId!);
                    break;
                case "ERROR" when frame.MessageId is not null && unanswered.TryRemove(frame.MessageId, out _):
                    Interlocked.Increment(ref failedSends);
                    break;
                case "RECONNECT":
                    BeginConnecting(TimeSpan.FromMilliseconds(frame.AfterMs ?? 0));
                    break;
            }
        }

        Ended(socket);
        await socket.DisposeAsync();
    }

    private void Ended(ClientSocket socket)
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        foreach (var (id, _) in unanswered.Where(one => one.Value == socket))
        {
            unanswered.TryRemove(id, out _);
            Interlocked.Increment(ref failedSends);
        }

        lock (gate)
        {
            if (current != socket)
            {
                return;
            }

            current = null;
            losses++;
            goneAt = Stopwatch.GetTimestamp();
        }

        BeginConnecting(TimeSpan.FromSeconds(Random.Shared.NextDouble() * 0.5));
    }
}
