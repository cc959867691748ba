using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace FastChat.Faults.Network;

/// <summary>One connection through a <see cref="ChaosProxy"/>: two ways, each with what is under way on it.</summary>
internal sealed class ProxyLink(Socket client, Socket server, Direction toServer, Direction toClient) : IDisposable
{
    private const int ReadBytes = 16 * 1024;

    /// <summary>So many pieces may be under way in one direction; then the sender feels that nobody takes them.</summary>
    private const int PiecesUnderWay = 64;

    private readonly CancellationTokenSource ended = new();
    private readonly TaskCompletionSource thawed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isFrozen;

    /// <summary>Runs until the connection has ended, whoever ended it.</summary>
    public async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(PassAsync(client, server, toServer, splitter: null), PassAsync(server, client, toClient, new FrameSplitter()));
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Cut(CutKind.Reset);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>From now on nothing passes either way, not even the end: neither side learns what became of the other.</summary>
    public void Freeze() => isFrozen = true;

    /// <summary>Ends both sides at once.</summary>
    public void Cut(CutKind kind)
    {
        foreach (var socket in new[] { client, server })
        {
            try
            {
                if (kind == CutKind.Reset)
                {
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                }
                else
                {
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                // It has ended already.
            }
        }

        ended.Cancel();
        thawed.TrySetResult();
        client.Dispose();
        server.Dispose();
    }

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    private async Task PassAsync(Socket from, Socket to, Direction direction, FrameSplitter? splitter)
    {
        var underWay = Channel.CreateBounded<(long DueAt, Piece? Piece)>(new BoundedChannelOptions(PiecesUnderWay) { SingleReader = true, SingleWriter = true });
        var writing = WriteAsync(to, direction, underWay.Reader);
        try
        {
            await ReadAsync(from, direction, splitter, underWay.Writer);
            await writing;
        }
        catch
        {
            // One way has failed, so the other ends too.
            Cut(CutKind.Reset);
            throw;
        }
    }

    private async Task ReadAsync(Socket from, Direction direction, FrameSplitter? splitter, ChannelWriter<(long DueAt, Piece? Piece)> underWay)
    {
        var buffer = new byte[ReadBytes];
        var lastDue = 0L;
        while (true)
        {
            var count = await from.ReceiveAsync(buffer, ended.Token);
            List<Piece?> pieces = count == 0 ? [null] : [.. splitter?.Split(buffer.AsSpan(0, count)) ?? [new Piece(buffer[..count], null)]];
            foreach (var piece in pieces)
            {
                lastDue = Math.Max(lastDue, Stopwatch.GetTimestamp() + (long)(direction.NextDelay().TotalSeconds * Stopwatch.Frequency));
                await underWay.WriteAsync((lastDue, piece), ended.Token);
            }

            if (count == 0)
            {
                return;
            }
        }
    }

    private async Task WriteAsync(Socket to, Direction direction, ChannelReader<(long DueAt, Piece? Piece)> underWay)
    {
        while (true)
        {
            var (dueAt, piece) = await underWay.ReadAsync(ended.Token);
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), dueAt);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, ended.Token);
            }

            await direction.PassAsync().WaitAsync(ended.Token);
            if (isFrozen)
            {
                await thawed.Task.WaitAsync(ended.Token);
            }

            if (piece is null)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            if (piece.Text is { } text && direction.Drop?.Invoke(text) == true)
            {
                continue;
            }

            var (count, cut) = direction.Admit(piece);
            await SendAsync(to, piece.Bytes.AsMemory(0, count), direction);
            if (cut is { } kind)
            {
                Cut(kind);
                throw new OperationCanceledException("The connection was cut.");
            }
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, Direction direction)
    {
        while (!bytes.IsEmpty)
        {
            // A twentieth of a second's worth at a time, so that a new rate holds at once.
            var rate = direction.BytesPerSecond;
            var slice = rate == 0 ? bytes : bytes[..Math.Min(bytes.Length, Math.Max(1, rate / 20))];
            var sent = await to.SendAsync(slice, ended.Token);
            bytes = bytes[sent..];
            if (rate > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)sent / rate), ended.Token);
            }
        }
    }
}
