using FastChat.Protocol;
using FastChat.Server.Rest;
using Microsoft.AspNetCore.Http.Features;

namespace FastChat.Server.Gateway;

/// <summary><c>/ws</c>: checks who may open a socket, and opens it.</summary>
internal sealed class GatewayEndpoint(OriginPolicy origins, Drain drain, ConnectionLoop loop)
{
    private const string Subprotocol = "fastchat.v1";

    // GW5: a ping after 10 s of silence, and 5 s for the pong. By the framework's default a connection never times out.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PongWithin = TimeSpan.FromSeconds(5);

    /// <summary>True for the gateway's path.</summary>
    public static bool IsFor(HttpContext context) => context.Request.Path.Equals("/ws", StringComparison.OrdinalIgnoreCase);

    /// <summary>Runs a connection to its end, or refuses it.</summary>
    public Task HandleAsync(HttpContext context) =>
        Check(context) is { } refusal ? Answers.Problem(refusal).ExecuteAsync(context) : RunAsync(context);

    private Refusal? Check(HttpContext context)
    {
        if (!origins.Allows(context.Request))
        {
            return new Refusal(ErrorCode.Forbidden, "Pages of this origin may not connect.");
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            return new Refusal(ErrorCode.Validation, "/ws is for WebSocket upgrades only.");
        }

        return drain.IsStopping ? new Refusal(ErrorCode.Unavailable, "The server is stopping.", TimeSpan.FromSeconds(2)) : null;
    }

    private async Task RunAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol) ? Subprotocol : null,
            KeepAliveInterval = PingAfter,
            KeepAliveTimeout = PongWithin,
        });
        await loop.RunAsync(socket, ((TransportUpgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>()).Transport!);
    }
}
