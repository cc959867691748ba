using System.Net.WebSockets;
using FastChat.Server.Gateway;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

/// <summary>What is held back and when it goes out, with the framework's own socket on top.</summary>
public sealed class TransportTests : IDisposable
{
    private readonly Written written = new();
    private readonly Transport transport;
    private readonly WebSocket socket;

    public TransportTests()
    {
        transport = new Transport(written, new DefaultHttpContext());
        socket = WebSocket.CreateFromStream(transport, new WebSocketCreationOptions { IsServer = true });
    }

    public void Dispose()
    {
        socket.Dispose();
        transport.Dispose();
        written.Dispose();
    }

    [Fact]
    public async Task Frames_that_more_follow_go_out_together_with_the_last()
    {
        transport.MoreFollows = true;
        await SendAsync(10);
        await SendAsync(20);
        Assert.Empty(written.Lengths);
        transport.MoreFollows = false;
        await SendAsync(30);
        Assert.Equal([(2 + 10) + (2 + 20) + (2 + 30)], written.Lengths);
        await SendAsync(40);
        Assert.Equal(2 + 40, written.Lengths[^1]);
    }

    [Fact]
    public async Task A_frame_too_large_to_hold_goes_out_behind_what_is_held_in_pieces()
    {
        transport.MoreFollows = true;
        await SendAsync(10);
        await SendAsync(60_000);
        Assert.Equal([2 + 10, 16_384, 16_384, 16_384, 4 + 60_000 - (3 * 16_384)], written.Lengths);
    }

    [Fact]
    public async Task A_close_frame_takes_what_is_held_along_at_once()
    {
        transport.MoreFollows = true;
        await SendAsync(10);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal([(2 + 10) + (2 + 2)], written.Lengths);
    }

    [Fact]
    public async Task After_a_close_frame_nothing_goes_out()
    {
        byte[] close = [0x88, 2, 3, 0xea];
        byte[] pong = [0x81, 1, (byte)'x'];
        await transport.WriteAsync(close);
        await transport.WriteAsync(pong);
        transport.MoreFollows = true;
        await transport.WriteAsync(pong);
        Assert.Equal([close.Length], written.Lengths);
    }

    private ValueTask SendAsync(int length) =>
        socket.SendAsync(new byte[length].AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private sealed class Written : MemoryStream
    {
        public List<int> Lengths { get; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Lengths.Add(buffer.Length);
            return ValueTask.CompletedTask;
        }
    }
}
