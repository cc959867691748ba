using System.Buffers;
using System.Net.WebSockets;

namespace FastChat.Server.Gateway;

/// <summary>What came of reading one message.</summary>
internal enum ReadKind
{
    /// <summary>A text message; the bytes are in <see cref="FrameReader.Message"/> until the next read.</summary>
    Text,

    /// <summary>Too big, or in too many pieces.</summary>
    TooBig,

    /// <summary>A binary message.</summary>
    Binary,

    /// <summary>The peer closed.</summary>
    Closed,
}

/// <summary>
/// Reads whole messages from a WebSocket. While nothing comes it waits with an empty buffer, so that an idle connection
/// holds none (SignalR's way); the buffer is rented for as long as a message is being read and handled.
/// </summary>
internal sealed class FrameReader(WebSocket socket, TimeProvider time)
{
    /// <summary>In how many pieces a message may come. A receive never spans two fragments but may return a part of one.</summary>
    private const int MostPieces = 1024;

    private const int FirstBuffer = 4096;

    private byte[]? buffer;
    private int length;
    private long startedAt;

    /// <summary>The message's bytes.</summary>
    public ReadOnlyMemory<byte> Message => buffer.AsMemory(0, length);

    /// <summary>For how long the message that is being read has been coming; zero between messages.</summary>
    public TimeSpan ReadingFor => Volatile.Read(ref startedAt) is var since and not 0 ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Reads one message. <see cref="Release"/> is to be called when it has been handled.</summary>
    public async ValueTask<ReadKind> ReadAsync()
    {
        length = 0;
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        if (Kind(first) is { } odd)
        {
            return odd;
        }

        // An empty message is consumed by the very read that waited for it.
        if (first.EndOfMessage)
        {
            return ReadKind.Text;
        }

        Volatile.Write(ref startedAt, time.GetTimestamp());
        buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        for (var pieces = 1; pieces <= MostPieces; pieces++)
        {
            var piece = await socket.ReceiveAsync(Room(), CancellationToken.None);
            if (Kind(piece) is { } kind)
            {
                return kind;
            }

            length += piece.Count;
            if (length > GatewayOptions.FrameBytes)
            {
                return ReadKind.TooBig;
            }

            if (piece.EndOfMessage)
            {
                Volatile.Write(ref startedAt, 0);
                return ReadKind.Text;
            }
        }

        return ReadKind.TooBig;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        if (buffer is { } rented)
        {
            buffer = null;
            length = 0;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Reads and drops until the peer has closed, so that it sees our close frame and not a reset.</summary>
    public async Task DropRestAsync()
    {
        Volatile.Write(ref startedAt, 0);
        buffer ??= ArrayPool<byte>.Shared.Rent(FirstBuffer);
        while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
        {
            await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        }
    }

    private static ReadKind? Kind(ValueWebSocketReceiveResult result) => result.MessageType switch
    {
        WebSocketMessageType.Close => ReadKind.Closed,
        WebSocketMessageType.Binary => ReadKind.Binary,
        _ => null,
    };

    /// <summary>Where the next piece goes; there is room for one byte more than is allowed, which tells that it is too big.</summary>
    private Memory<byte> Room()
    {
        if (length == buffer!.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 4, GatewayOptions.FrameBytes + 1));
            buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        // No more than that one byte: a receive returns only when all the room is filled or the frame has ended.
        return buffer.AsMemory(length, Math.Min(buffer.Length, GatewayOptions.FrameBytes + 1) - length);
    }
}
