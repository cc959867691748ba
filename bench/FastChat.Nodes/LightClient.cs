using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using FastChat.Faults.Clients;

namespace FastChat.Nodes;

/// <summary>A client that only stays: it reconnects as the contract asks (CL6), and on <c>RECONNECT</c> connects anew before it lets go.</summary>
internal sealed class LightClient(Account account, Uri root, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Random random = new(seed);
    private readonly Lock gate = new();
    private int live;
    private long aloneSince;

    /// <summary>The longest time without a live connection since <see cref="Reset"/>.</summary>
    public TimeSpan LongestGap { get; private set; }

    public bool IsLive => Volatile.Read(ref live) > 0;

    /// <summary>From now on gaps are counted.</summary>
    public void Reset()
    {
        lock (gate)
        {
            LongestGap = TimeSpan.Zero;
        }
    }

    /// <summary>Stays connected until it is told to end.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        var failures = 0;
        while (!ended.IsCancellationRequested)
        {
            failures = await OnceAsync(ended) ? 0 : failures + 1;
            if (IsLive || ended.IsCancellationRequested)
            {
                // Another connection has taken over, and goes on by itself.
                return;
            }

            var most = Math.Min(30, 0.5 * Math.Pow(2, failures));
            await Task.Delay(TimeSpan.FromSeconds(Next() * most), ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One connection from its beginning to its end; false if it never was live.</summary>
    private async Task<bool> OnceAsync(CancellationToken ended)
    {
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        var isLive = false;
        try
        {
            using (var patience = CancellationTokenSource.CreateLinkedTokenSource(ended))
            {
                patience.CancelAfter(Patience);
                await socket.ConnectAsync(new UriBuilder(root) { Scheme = "ws", Path = "/ws" }.Uri, patience.Token);
                var hello = Encoding.UTF8.GetBytes($"{{\"type\":\"HELLO\",\"token\":\"{account.AccessToken}\"}}");
                await socket.SendAsync(hello.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
                isLive = await ReadAsync(socket, patience.Token) is "HELLO_ACK";
            }

            if (isLive)
            {
                Came();
                await StayAsync(socket, ended);
            }
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException or IOException)
        {
            // It ended; what counts is noted below.
        }

        if (isLive)
        {
            Went();
        }

        return isLive;
    }

    private async Task StayAsync(ClientWebSocket socket, CancellationToken ended)
    {
        Task? successor = null;
        while (await ReadAsync(socket, ended) is { } type)
        {
            if (type.StartsWith("RECONNECT", StringComparison.Ordinal) && successor is null)
            {
                successor = SucceedAsync(int.Parse(type.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), socket, ended);
            }
        }
    }

    private async Task SucceedAsync(int afterMs, ClientWebSocket old, CancellationToken ended)
    {
        await Task.Delay(afterMs, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var next = RunAsync(ended);
        while (Volatile.Read(ref live) < 2 && !ended.IsCancellationRequested && old.State == WebSocketState.Open)
        {
            await Task.Delay(20, CancellationToken.None);
        }

        old.Abort();
        await next;
    }

    /// <summary>The next frame's type, with the delay of a <c>RECONNECT</c>; null at the end.</summary>
    private static async Task<string?> ReadAsync(ClientWebSocket socket, CancellationToken ended)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), ended);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                using var frame = JsonDocument.Parse(buffer.AsMemory(0, length));
                var type = frame.RootElement.GetProperty("type").GetString()!;
                return type == "RECONNECT" ? $"{type} {frame.RootElement.GetProperty("after_ms").GetInt32()}" : type;
            }
        }
    }

    private void Came()
    {
        lock (gate)
        {
            if (live++ == 0 && aloneSince != 0 && Stopwatch.GetElapsedTime(aloneSince) is var gap && gap > LongestGap)
            {
                LongestGap = gap;
            }
        }
    }

    private void Went()
    {
        lock (gate)
        {
            if (--live == 0)
            {
                aloneSince = Stopwatch.GetTimestamp();
            }
        }
    }

    private double Next()
    {
        lock (gate)
        {
            return random.NextDouble();
        }
    }
}
