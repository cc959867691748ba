using FastChat.Protocol;
using FastChat.Server.Rest;
using Microsoft.AspNetCore.Http.Features;

namespace FastChat.Server.Gateway;

/// <summary><c>/ws</c>: checks who may open a socket, and opens it.</summary>
internal static class GatewayEndpoint
{
    private const string Subprotocol = "fastchat.v1";

    // GW5: a ping after 10 s of silence, and 5 s for the pong. By the framework's default a connection never times out.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PongWithin = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder routes) => routes.Map("/ws", HandleAsync).ExcludeFromDescription();

    private static async Task<IResult> HandleAsync(HttpContext context, OriginPolicy origins, Drain drain, ConnectionLoop loop)
    {
        if (!origins.Allows(context.Request))
        {
            return Answers.Problem(new Refusal(ErrorCode.Forbidden, "Pages of this origin may not connect."));
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            return Answers.Problem(new Refusal(ErrorCode.Validation, "/ws is for WebSocket upgrades only."));
        }

        if (drain.IsStopping)
        {
            return Answers.Problem(new Refusal(ErrorCode.Unavailable, "The server is stopping.", TimeSpan.FromSeconds(2)));
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol) ? Subprotocol : null,
            KeepAliveInterval = PingAfter,
            KeepAliveTimeout = PongWithin,
        });
        await loop.RunAsync(socket, ((TransportUpgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>()).Transport!);
        return Results.Empty;
    }
}
