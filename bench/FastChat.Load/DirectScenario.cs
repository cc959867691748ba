using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace FastChat.Load;

/// <summary>
/// Pairs of guests: one sends 128-byte messages to the other, with a window of unanswered ones, saturated or at a rate.
/// What counts is a message that was acknowledged, and so is on disk.
/// </summary>
internal sealed class DirectScenario(LoadOptions options)
{
    private static readonly string Content = new('x', 128);

    private readonly Latencies acks = new();
    private readonly Latencies deliveries = new();
    private readonly ConcurrentDictionary<Guid, long> sentAt = new();
    private long acknowledged;
    private long refused;
    private volatile bool isCounting;
    private volatile bool isOver;

    public async Task RunAsync()
    {
        using var http = new HttpClient();
        var pairs = new List<(Client Sender, Client Receiver)>();
        for (var i = 0; i < options.Clients; i++)
        {
            pairs.Add((await Client.ConnectAsync(http, options.Url), await Client.ConnectAsync(http, options.Url)));
        }

        var work = pairs.SelectMany(pair => new[] { SendAsync(pair.Sender, pair.Receiver.UserId), ReceiveAsync(pair.Receiver) }).ToList();
        await Task.Delay(TimeSpan.FromSeconds(options.WarmUpSeconds));
        await CountAsync();
        isOver = true;
        foreach (var (sender, receiver) in pairs)
        {
            sender.Dispose();
            receiver.Dispose();
        }

        await Task.WhenAll(work);
    }

    private async Task CountAsync()
    {
        acks.Clear();
        deliveries.Clear();
        var before = ProcessUsage.Of(options.ServerPid);
        var start = Interlocked.Read(ref acknowledged);
        var clock = Stopwatch.StartNew();
        isCounting = true;
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds));
        isCounting = false;
        var count = Interlocked.Read(ref acknowledged) - start;
        var seconds = clock.Elapsed.TotalSeconds;
        var after = ProcessUsage.Of(options.ServerPid);
        Console.WriteLine(
            $"senders {options.Clients}, window {options.Window}: {count / seconds:F0} messages/s acknowledged, {refused} refused; "
            + $"ack p50 {acks.Percentile(50):F2} p95 {acks.Percentile(95):F2} p99 {acks.Percentile(99):F2} ms; "
            + $"delivery p50 {deliveries.Percentile(50):F2} p99 {deliveries.Percentile(99):F2} ms; "
            + $"server {(after.CpuSeconds - before.CpuSeconds) * 1e6 / Math.Max(1, count):F0} µs CPU a message, {after.MemoryKiB / 1024} MiB");
    }

    private async Task SendAsync(Client sender, Guid receiver)
    {
        var pause = options.Rate > 0 ? TimeSpan.FromSeconds(options.Clients / options.Rate) : TimeSpan.Zero;
        using var window = new SemaphoreSlim(options.Window);
        var reading = ReadAcksAsync(sender, window);
        try
        {
            var next = Stopwatch.GetTimestamp();
            while (!isOver)
            {
                await window.WaitAsync(TimeSpan.FromSeconds(1));
                if (pause > TimeSpan.Zero)
                {
                    next += (long)(pause.TotalSeconds * Stopwatch.Frequency);
                    var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next);
                    await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
                }

                var id = Guid.CreateVersion7();
                sentAt[id] = Stopwatch.GetTimestamp();
                await sender.SendAsync($$"""{"type":"MSG","to":"{{receiver}}","message_id":"{{id}}","content":"{{Content}}"}""");
            }
        }
        catch (Exception fault) when (isOver && fault is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection was closed under it, as meant.
        }

        await reading;
    }

    private Task ReadAcksAsync(Client sender, SemaphoreSlim window) => ReadAsync(sender, (type, frame) =>
    {
        if (type is not ("MSG_ACK" or "ERROR"))
        {
            return;
        }

        if (type == "ERROR")
        {
            Interlocked.Increment(ref refused);
        }
        else
        {
            Interlocked.Increment(ref acknowledged);
            Note(acks, frame);
        }

        window.Release();
    });

    private Task ReceiveAsync(Client receiver) => ReadAsync(receiver, (type, frame) =>
    {
        if (type == "MSG")
        {
            Note(deliveries, frame);
        }
    });

    private void Note(Latencies latencies, JsonElement frame)
    {
        if (isCounting && sentAt.TryGetValue(frame.GetProperty("message_id").GetGuid(), out var sent))
        {
            latencies.Add(Stopwatch.GetElapsedTime(sent));
        }
    }

    private async Task ReadAsync(Client client, Action<string, JsonElement> handle)
    {
        try
        {
            while (!isOver)
            {
                using var frame = JsonDocument.Parse(await client.ReceiveAsync());
                handle(frame.RootElement.GetProperty("type").GetString()!, frame.RootElement);
            }
        }
        catch (Exception fault) when (isOver && fault is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection was closed under it, as meant.
        }
    }
}
