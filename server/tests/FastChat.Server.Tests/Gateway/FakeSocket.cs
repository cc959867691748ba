using System.Net.WebSockets;
using FastChat.Server.Gateway;
using Microsoft.AspNetCore.Http;

namespace FastChat.Server.Tests.Gateway;

/// <summary>A socket from which nothing comes and of which only the end is noted.</summary>
internal sealed class FakeSocket : WebSocket
{
    private WebSocketState state = WebSocketState.Open;

    /// <summary>What stands under it: nothing.</summary>
    public static Transport NoTransport => new(Stream.Null, new DefaultHttpContext());

    public override WebSocketCloseStatus? CloseStatus => null;

    public override string? CloseStatusDescription => null;

    public override WebSocketState State => state;

    public override string? SubProtocol => null;

    public bool IsAborted => state == WebSocketState.Aborted;

    public (int Code, string? Reason)? Closed { get; private set; }

    public List<string> Sent { get; } = [];

    public override void Abort() => state = WebSocketState.Aborted;

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        Closed = ((int)closeStatus, statusDescription);
        state = WebSocketState.CloseSent;
        return Task.CompletedTask;
    }

    public override void Dispose()
    {
    }

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
        new TaskCompletionSource<WebSocketReceiveResult>().Task;

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        Sent.Add(System.Text.Encoding.UTF8.GetString(buffer));
        return Task.CompletedTask;
    }
}
