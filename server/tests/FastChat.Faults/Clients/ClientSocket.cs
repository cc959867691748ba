using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace FastChat.Faults.Clients;

/// <summary>One WebSocket of a client: frames go out in the order of <see cref="Send"/>, and come in one at a time.</summary>
internal sealed class ClientSocket : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly Channel<byte[]> outgoing = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource ended = new();
    private byte[] buffer = new byte[16 * 1024];
    private Task writing = Task.CompletedTask;
    private long heardAt = Stopwatch.GetTimestamp();
    private bool isAsked;

    private ClientSocket()
    {
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.Proxy = null;
    }

    /// <summary>The close code that the server sent; null if none came.</summary>
    public int? CloseCode => (int?)socket.CloseStatus;

    /// <summary>Opens it.</summary>
    public static async Task<ClientSocket> ConnectAsync(Uri root, TimeSpan patience, CancellationToken cancellation)
    {
        var connecting = new ClientSocket();
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(patience);
            await connecting.socket.ConnectAsync(new UriBuilder(root) { Scheme = "ws", Path = "/ws" }.Uri, timeout.Token);
        }
        catch
        {
            await connecting.DisposeAsync();
            throw;
        }

        connecting.writing = connecting.WriteAsync();
        return connecting;
    }

    /// <summary>Puts a frame into the line; it is gone if the connection ends first.</summary>
    public void Send(object frame) => outgoing.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(frame, frame.GetType(), Wire.Options));

    /// <summary>Asks for a sign of life after so long a silence; after that and as much patience more the connection counts as dead, and is ended.</summary>
    public void MindSilence(TimeSpan silence, TimeSpan patience)
    {
        var silent = Stopwatch.GetElapsedTime(Volatile.Read(ref heardAt));
        if (silent > silence + patience)
        {
            Abort();
        }
        else if (silent < silence)
        {
            isAsked = false;
        }
        else if (!isAsked)
        {
            isAsked = true;
            Send(new { type = "PING" });
        }
    }

    /// <summary>The next frame; null if none comes within the limit, or at the end.</summary>
    public async Task<ServerFrame?> ReadAsync(TimeSpan within, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(within);
        return await ReadAsync(patience.Token);
    }

    /// <summary>The next frame; null once the connection has ended, however it did.</summary>
    public async Task<ServerFrame?> ReadAsync(CancellationToken cancellation)
    {
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                length += part.Count;
                if (part.EndOfMessage)
                {
                    break;
                }
            }
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return null;
        }

        Volatile.Write(ref heardAt, Stopwatch.GetTimestamp());
        return JsonSerializer.Deserialize<ServerFrame>(buffer.AsSpan(0, length), Wire.Options);
    }

    /// <summary>Ends it without a word.</summary>
    public void Abort() => socket.Abort();

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        socket.Abort();
        await writing;
        socket.Dispose();
        ended.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var frame in outgoing.Reader.ReadAllAsync(ended.Token))
            {
                await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, ended.Token);
            }
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The reader sees the end too; what was in the line is sent again on the next connection.
            socket.Abort();
        }
    }
}
