using FastChat.Protocol;
using FastChat.Server.Rest;
using Microsoft.AspNetCore.Http.Features;

namespace FastChat.Server.Gateway;

/// <summary><c>/ws</c>: checks who may open a socket, and opens it.</summary>
internal sealed class GatewayEndpoint(OriginPolicy origins, Admission admission, Drain drain, ConnectionLoop loop)
{
    private const string Subprotocol = "fastchat.v1";
    private const string Version = "13";

    // GW5: a ping after 10 s of silence, and 5 s for the pong. By the framework's default a connection never times out.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PongWithin = TimeSpan.FromSeconds(5);

    /// <summary>True for the gateway's path.</summary>
    public static bool IsFor(HttpContext context) => context.Request.Path.Equals("/ws", StringComparison.OrdinalIgnoreCase);

    /// <summary>Runs a connection to its end, or refuses it.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (Check(context) is { } answer)
        {
            await answer.ExecuteAsync(context);
            return;
        }

        if (admission.Enter(context.Connection.RemoteIpAddress) is not { } place)
        {
            await Answers.Problem(Admission.Busy("There are too many connections; connect again later.")).ExecuteAsync(context);
            return;
        }

        try
        {
            await RunAsync(context, place);
        }
        finally
        {
            place.Leave();
        }
    }

    private IResult? Check(HttpContext context)
    {
        if (!origins.Allows(context.Request))
        {
            return Answers.Problem(new Refusal(ErrorCode.Forbidden, "Pages of this origin may not connect."));
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            return RefuseOther(context);
        }

        return drain.IsStopping
            ? Answers.Problem(new Refusal(ErrorCode.Unavailable, "The server is stopping.", TimeSpan.FromSeconds(2)))
            : null;
    }

    /// <summary>What is no upgrade, or one to a version that we do not speak (RFC 6455, 4.4; RFC 9110, 15.5.22).</summary>
    private static IResult RefuseOther(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.SecWebSocketVersion = Version;
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            headers.Upgrade = "websocket";
            headers.Connection = "Upgrade, close";
        }

        var refusal = new Refusal(ErrorCode.Validation, "/ws is for WebSocket upgrades of version 13 only.");
        return Answers.Problem(refusal, StatusCodes.Status426UpgradeRequired);
    }

    private async Task RunAsync(HttpContext context, Place place)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol) ? Subprotocol : null,
            KeepAliveInterval = PingAfter,
            KeepAliveTimeout = PongWithin,
        });
        await loop.RunAsync(socket, ((TransportUpgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>()).Transport!, place);
    }
}
