using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace FastChat.Relay;

/// <summary>One WebSocket: a read loop that acknowledges and forwards, and a write loop behind a bounded queue.</summary>
internal sealed class Peer(WebSocket socket, ConcurrentDictionary<Guid, Peer> peers)
{
    /// <summary>A frame of the load is some 250 bytes; what is larger is not for a yardstick.</summary>
    private const int LargestFrame = 4096;

    private readonly Channel<Answer> outbound = Channel.CreateBounded<Answer>(new BoundedChannelOptions(1024) { SingleReader = true });

    /// <summary>The last <c>seq</c> of each addressee's messages from here; made with the first message.</summary>
    private Dictionary<Guid, long>? lastSeq;
    private Guid id;

    /// <summary>Runs until the peer has gone.</summary>
    public async Task RunAsync()
    {
        var writing = WriteAsync();
        try
        {
            // A read of nothing waits without holding a buffer, so an idle connection has none.
            while (await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None) is { MessageType: WebSocketMessageType.Text })
            {
                await ReadOneAsync();
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or JsonException)
        {
            // It has gone, or speaks something else.
        }

        outbound.Writer.TryComplete();
        peers.TryRemove(new KeyValuePair<Guid, Peer>(id, this));
        await writing;
    }

    private async ValueTask ReadOneAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LargestFrame);
        try
        {
            var length = 0;
            ValueWebSocketReceiveResult result;
            do
            {
                result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += result.Count;
            }
            while (!result.EndOfMessage && length < buffer.Length);

            if (Handle(buffer.AsSpan(0, length), out var ack) is var (addressee, message))
            {
                await addressee.outbound.Writer.WriteAsync(message);
            }

            if (ack.Length > 0)
            {
                await outbound.Writer.WriteAsync(ack);
            }
        }
        catch (ChannelClosedException)
        {
            // The addressee has gone.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private (Peer Addressee, Answer Message)? Handle(ReadOnlySpan<byte> text, out Answer ack)
    {
        ack = default;
        var frame = Frame.Read(text);
        if (frame.Type.SequenceEqual("MSG"u8) && Utf8Parser.TryParse(frame.To, out Guid to, out _))
        {
            lastSeq ??= [];
            var seq = lastSeq[to] = lastSeq.GetValueOrDefault(to) + 1;
            ack = Answer.Ack(frame, seq);
            return peers.TryGetValue(to, out var addressee) ? (addressee, Answer.Message(frame, id, seq)) : null;
        }

        if (frame.Type.SequenceEqual("HELLO"u8) && Utf8Parser.TryParse(frame.Token, out id, out _))
        {
            peers[id] = this;
            ack = Answer.Of("{\"type\":\"HELLO_ACK\"}"u8);
        }

        return null;
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await outbound.Reader.WaitToReadAsync())
            {
                while (outbound.Reader.TryRead(out var answer))
                {
                    await socket.SendAsync(answer.Array.AsMemory(0, answer.Length), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                    answer.Return();
                }
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It has gone; the read loop sees that too.
            outbound.Writer.TryComplete();
        }
    }
}
