using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Harness;

/// <summary>A frame and when it came, on the connection's own clock.</summary>
public sealed record Arrival(JsonObject Frame, TimeSpan At);

/// <summary>A well-behaved client: reads all the time, answers pings, and lets a test wait for frames.</summary>
public sealed class ChatSocket : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly SemaphoreSlim sending = new(1);
    private readonly Lock gate = new();
    private readonly List<Arrival> arrivals = [];
    private readonly List<JsonObject> waiting = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TaskCompletionSource changed = NewSignal();
    private Task reading = Task.CompletedTask;
    private int fences;
    private int acks;

    private ChatSocket()
    {
    }

    public string? SubProtocol => socket.SubProtocol;

    /// <summary>The close code, -1 for an end without one, `null` while the connection lives.</summary>
    public int? CloseCode { get; private set; }

    public TimeSpan Now => clock.Elapsed;

    /// <summary>Everything that has come, in order.</summary>
    public IReadOnlyList<Arrival> Arrivals
    {
        get
        {
            lock (gate)
            {
                return [.. arrivals];
            }
        }
    }

    public static async Task<ChatSocket> ConnectAsync(Uri root, params string[] subProtocols)
    {
        var chat = new ChatSocket();
        chat.socket.Options.KeepAliveInterval = TimeSpan.Zero;
        chat.socket.Options.Proxy = null;
        foreach (var name in subProtocols)
        {
            chat.socket.Options.AddSubProtocol(name);
        }

        using var patience = new CancellationTokenSource(Patience.Answer);
        await chat.socket.ConnectAsync(new UriBuilder(new Uri(root, "ws")) { Scheme = "ws" }.Uri, patience.Token);
        chat.reading = Task.Run(chat.ReadAsync);
        return chat;
    }

    /// <summary>A string is sent as it is; anything else as its JSON.</summary>
    public Task SendAsync(object frame) => SendBytesAsync(Encoding.UTF8.GetBytes(Json.Write(frame)), WebSocketMessageType.Text);

    public async Task SendBytesAsync(byte[] bytes, WebSocketMessageType type)
    {
        Assert.True(await sending.WaitAsync(Patience.Answer), "A send before this one has not ended.");
        try
        {
            using var patience = new CancellationTokenSource(Patience.Answer);
            await socket.SendAsync(bytes, type, endOfMessage: true, patience.Token);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>Takes the first frame of this type that no one has taken yet, waiting for it if need be.</summary>
    public Task<JsonObject> ExpectAsync(string type, Func<JsonObject, bool>? where = null, TimeSpan? within = null) =>
        TakeAsync(type, frame => frame.Text("type") == type && (where is null || where(frame)), within ?? Patience.Answer);

    /// <summary>Takes the first frame of any type but PRESENCE.</summary>
    public Task<JsonObject> NextAsync() => TakeAsync("any frame", frame => frame.Text("type") != "PRESENCE", Patience.Answer);

    public async Task<JsonObject> AskAsync(object frame, string answer)
    {
        await SendAsync(frame);
        return await ExpectAsync(answer);
    }

    /// <summary>Sends a frame that must cost exactly this error, and nothing else.</summary>
    public async Task<JsonObject> RefusedAsync(object frame, string code)
    {
        await SendAsync(frame);
        var error = await NextAsync();
        Assert.True(error.Text("type") == "ERROR" && error.Text("code") == code,
            $"{code} was due for {Shorten(Json.Write(frame))}, this came: {error.ToJsonString()}");
        error.AssertMembers("type", "code", "message", "ref?", "message_id?", "retry_after_ms?");
        Assert.NotEmpty(error.Text("message"));
        return error;
    }

    /// <summary>PING and PONG; everything that had not been taken before the PONG, PRESENCE left out.</summary>
    public async Task<IReadOnlyList<JsonObject>> FenceAsync()
    {
        var name = $"fence-{Interlocked.Increment(ref fences)}";
        await SendAsync(new { type = "PING", @ref = name });
        await ExpectAsync("PONG", pong => pong.Has("ref") && pong.Text("ref") == name);
        lock (gate)
        {
            var rest = waiting.Where(frame => frame.Text("type") != "PRESENCE").ToList();
            waiting.RemoveAll(rest.Contains);
            return rest;
        }
    }

    public async Task AssertQuietAsync()
    {
        var rest = await FenceAsync();
        Assert.True(rest.Count == 0, $"Nothing was due, this came: {string.Join('\n', rest.Select(frame => frame.ToJsonString()))}");
    }

    public async Task<int> ExpectCloseAsync(TimeSpan? within = null)
    {
        await WaitUntilAsync(() => CloseCode is not null, within ?? Patience.Answer, "the end of the connection");
        return CloseCode!.Value;
    }

    /// <summary>Waits until what has arrived so far satisfies a condition.</summary>
    public Task UntilAsync(Func<IReadOnlyList<Arrival>, bool> condition, string what, TimeSpan? within = null) =>
        WaitUntilAsync(() => condition(arrivals), within ?? Patience.Answer, what);

    public Task UntilAcksAsync(int count) => UntilAsync(_ => acks >= count, $"{count} acks");

    /// <summary>The polite end: close frame and its answer.</summary>
    public async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Answer);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", patience.Token);
        await ExpectCloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        socket.Abort();
        await reading.WaitAsync(Patience.Stop);
        socket.Dispose();
        sending.Dispose();
    }

    private async Task<JsonObject> TakeAsync(string what, Func<JsonObject, bool> matches, TimeSpan within)
    {
        JsonObject? taken = null;
        await WaitUntilAsync(() =>
        {
            var index = waiting.FindIndex(frame => matches(frame));
            if (index >= 0)
            {
                taken = waiting[index];
                waiting.RemoveAt(index);
            }

            return taken is not null;
        }, within, what);
        return taken!;
    }

    private async Task WaitUntilAsync(Func<bool> condition, TimeSpan within, string what)
    {
        using var patience = new CancellationTokenSource(within);
        while (true)
        {
            Task signal;
            lock (gate)
            {
                if (condition())
                {
                    return;
                }

                Assert.True(CloseCode is null, $"{what} was due, the connection closed with {CloseCode}. {Report()}");
                signal = changed.Task;
            }

            try
            {
                await signal.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                lock (gate)
                {
                    Assert.Fail($"{what} did not come within {within.TotalSeconds} s. {Report()}");
                }
            }
        }
    }

    private string Report() => "The last that came:\n"
        + string.Join('\n', arrivals.TakeLast(12).Select(item => $"{item.At.TotalSeconds:0.000} {Shorten(item.Frame.ToJsonString())}"));

    private async Task ReadAsync()
    {
        var buffer = new byte[256 * 1024];
        var code = -1;
        try
        {
            while (true)
            {
                using var message = new MemoryStream();
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    await message.WriteAsync(buffer.AsMemory(0, part.Count));
                }
                while (!part.EndOfMessage);

                if (part.MessageType == WebSocketMessageType.Close)
                {
                    code = (int?)socket.CloseStatus ?? 1005;
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
                    break;
                }

                Assert.Equal(WebSocketMessageType.Text, part.MessageType);
                Take(Json.Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(message.ToArray())));
            }
        }
        catch (Exception end) when (end is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // The connection is gone; the code seen before, if any, stands.
        }

        Signal(() => CloseCode = code);
    }

    private void Take(JsonObject frame) => Signal(() =>
    {
        arrivals.Add(new Arrival(frame, clock.Elapsed));
        waiting.Add(frame);
        acks += frame.Text("type") == "MSG_ACK" ? 1 : 0;
    });

    private void Signal(Action change)
    {
        lock (gate)
        {
            change();
            changed.TrySetResult();
            changed = NewSignal();
        }
    }

    private static string Shorten(string text) => text.Length <= 600 ? text : text[..600] + " …";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
