using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace FastChat.Server.Gateway;

/// <summary>
/// The stream under a WebSocket. The framework's socket, when it meets a violation, sends its close frame and at once
/// disposes the stream; with unread bytes in it the peer would then see a reset and not the code. Here disposing only
/// ends what is under way; the gateway itself lets the peer read the code (<see cref="DropRestAsync"/>) or aborts.
/// </summary>
internal sealed class Transport(Stream inner, HttpContext context) : Stream
{
    /// <summary>
    /// So much is held back and written at once, in bytes. What is written in one piece the server keeps segments for as long
    /// as the connection lives, one for 4 KiB.
    /// </summary>
    private const int MostHeld = 16 * 1024;

    private readonly CancellationTokenSource ended = new();
    private byte[]? held;
    private int heldBytes;
    private bool isClosed;

    /// <summary>
    /// More is written at once after what is written now: it is held back, and goes out together with that. One send of many
    /// frames costs the kernel and the peer little more than one of a single frame.
    /// </summary>
    public bool MoreFollows { private get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends the connection without a word.</summary>
    public void Abort() => context.Abort();

    /// <summary>Reads and drops until the peer ends the connection, or for as long as <paramref name="patience"/>.</summary>
    public async Task DropRestAsync(TimeSpan patience, TimeProvider time)
    {
        using var late = new CancellationTokenSource(patience, time);
        var buffer = new byte[4096];
        try
        {
            while (await inner.ReadAsync(buffer, late.Token) > 0)
            {
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Its time is over, or the peer has gone.
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, ended.Token);
        }
        catch (OperationCanceledException fault) when (ended.IsCancellationRequested)
        {
            throw new IOException("The connection was ended.", fault);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The socket calls it under a lock of its own, for frames and pings alike; that guards what is held back, too. After a close
    /// frame nothing goes out (RFC 6455, 5.5.1): the socket answers a violation with one of its own while a frame of ours may
    /// already wait for that lock.
    /// </remarks>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (isClosed)
        {
            return ValueTask.CompletedTask;
        }

        isClosed = IsClose(buffer.Span);

        // A close, ping or pong never waits: the loop that would write the next frame may end before it does.
        var goesOn = MoreFollows && !IsControl(buffer.Span);
        if (held is null && !goesOn)
        {
            return WriteOutAsync(buffer);
        }

        if (heldBytes + buffer.Length > MostHeld)
        {
            return WriteHeldAsync(buffer);
        }

        held ??= ArrayPool<byte>.Shared.Rent(MostHeld);
        buffer.Span.CopyTo(held.AsSpan(heldBytes));
        heldBytes += buffer.Length;
        return goesOn ? ValueTask.CompletedTask : WriteHeldAsync(default);
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(ended.Token);

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException("The connection is only used asynchronously.");

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The connection is only used asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The connection is only used asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>The socket writes whole frames, so their first byte is the header's; opcodes from 8 on are control frames (RFC 6455, 5.2).</summary>
    private static bool IsControl(ReadOnlySpan<byte> frame) => !frame.IsEmpty && (frame[0] & 0x08) != 0;

    private static bool IsClose(ReadOnlySpan<byte> frame) => !frame.IsEmpty && (frame[0] & 0x0F) == 0x08;

    /// <summary>Writes what was held back, then <paramref name="rest"/>.</summary>
    private async ValueTask WriteHeldAsync(ReadOnlyMemory<byte> rest)
    {
        if (held is { } rented)
        {
            held = null;
            try
            {
                await WriteOutAsync(rented.AsMemory(0, heldBytes));
            }
            finally
            {
                heldBytes = 0;
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        if (!rest.IsEmpty)
        {
            await WriteOutAsync(rest);
        }
    }

    private async ValueTask WriteOutAsync(ReadOnlyMemory<byte> buffer)
    {
        try
        {
            do
            {
                var piece = buffer[..Math.Min(buffer.Length, MostHeld)];
                await inner.WriteAsync(piece, ended.Token);
                buffer = buffer[piece.Length..];
            }
            while (!buffer.IsEmpty);
        }
        catch (OperationCanceledException fault) when (ended.IsCancellationRequested)
        {
            throw new IOException("The connection was ended.", fault);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ended.Cancel();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Puts a <see cref="Transport"/> under the socket that the framework makes.</summary>
internal sealed class TransportUpgrade(IHttpUpgradeFeature inner, HttpContext context) : IHttpUpgradeFeature
{
    /// <inheritdoc/>
    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    /// <summary>The stream, once the request was upgraded.</summary>
    public Transport? Transport { get; private set; }

    /// <summary>Stands in for the framework's feature from here on in the pipeline.</summary>
    public static Task PutUnder(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } feature)
        {
            context.Features.Set<IHttpUpgradeFeature>(new TransportUpgrade(feature, context));
        }

        return next(context);
    }

    /// <inheritdoc/>
    public async Task<Stream> UpgradeAsync() => Transport = new Transport(await inner.UpgradeAsync(), context);
}
