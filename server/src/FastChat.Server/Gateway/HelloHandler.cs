using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Identity;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Gateway;

/// <summary>The first frame of a connection: proves who is there and makes the connection live, or ends it.</summary>
internal sealed class HelloHandler(
    SessionService sessions,
    RevokedSessions revoked,
    ConnectionRegistry registry,
    PresenceTracker presence,
    PresenceBroadcaster broadcaster,
    Admission admission,
    Epoch epoch,
    IOptions<GatewayOptions> gateway,
    IOptions<ChatOptions> chats,
    TimeProvider time)
{
    /// <summary>Handles the first message; an unreadable one is empty.</summary>
    public async ValueTask HandleAsync(Connection connection, ReadOnlyMemory<byte> message)
    {
        connection.HasSaidHello = true;
        var parsed = ClientFrameParser.Parse(message);
        if (parsed.Type != "HELLO")
        {
            End(connection, new Refusal(ErrorCode.HelloRequired, "The first frame must be HELLO."), parsed, CloseCode.ProtocolViolated);
            return;
        }

        if (parsed.Frame is not HelloFrame hello)
        {
            End(connection, parsed.Refusal!, parsed, CloseCode.ProtocolViolated);
            return;
        }

        if (admission.RefuseHello() is { } busy)
        {
            End(connection, busy, parsed, CloseCode.TryAgainLater);
            return;
        }

        if (hello.Token is null)
        {
            End(connection, new Refusal(ErrorCode.Unauthorized, "`token` must be an access token."), parsed, CloseCode.TokenNotValid);
            return;
        }

        try
        {
            if ((await sessions.AuthenticateAsync(hello.Token, hello.Client, CancellationToken.None)).TryGet(out var signedIn, out var refusal))
            {
                GoLive(connection, signedIn, parsed.Ref);
            }
            else
            {
                End(connection, refusal, parsed, CloseCode.TokenNotValid);
            }
        }
        catch (DatabaseUnavailableException)
        {
            var away = new Refusal(ErrorCode.Unavailable, "The database can't be reached; connect again.", TimeSpan.FromSeconds(2));
            End(connection, away, parsed, CloseCode.TryAgainLater);
        }
    }

    private void GoLive(Connection connection, SignedIn signedIn, string? reference)
    {
        if (connection.IsClosing)
        {
            return;
        }

        var user = signedIn.User;
        if (!registry.TryAddLive(connection, user.UserId, gateway.Value.ConnectionsPerUser))
        {
            connection.Close(CloseCode.TooManyConnections, "too many connections of this user", forGood: true);
            return;
        }

        connection.Live = new LiveState(user.UserId, signedIn.SessionId);
        connection.Place?.Accepted();
        GatewayMetrics.WentLive();
        var body = new UserBody(user.UserId, user.DisplayName, user.Kind);
        connection.Outbound.GoLive(FrameWriter.Encode(new HelloAckFrame(
            body, signedIn.SessionId, epoch.Value, time.GetUtcNow(), GatewayOptions.HeartbeatMs, Limits(), reference)));
        presence.Connected(connection.Id, user.UserId, user.DisplayName);
        connection.Live.Viewer = broadcaster.Add(user.UserId, connection);

        // A revocation that came between the token's check and the registration has not found the connection.
        if (revoked.Contains(signedIn.SessionId))
        {
            connection.Close(CloseCode.SessionRevoked, "session revoked", forGood: true);
        }
    }

    private LimitsBody Limits() => new()
    {
        FrameBytes = GatewayOptions.FrameBytes,
        JsonDepth = JsonMembers.MaxDepth,
        MessageLength = chats.Value.MessageLength,
        MessagesPerMinute = chats.Value.MessagesPerMinute,
        MessageBurst = chats.Value.MessageBurst,
        TypingPerSecond = gateway.Value.TypingPerSecond,
        FramesPerSecond = gateway.Value.FramesPerSecond,
        FrameBurst = gateway.Value.FrameBurst,
        ConnectionsPerUser = gateway.Value.ConnectionsPerUser,
        Page = ChatOptions.Page,
        PageMax = ChatOptions.PageMax,
    };

    private static void End(Connection connection, Refusal refusal, ParsedFrame parsed, int code)
    {
        connection.Tell(refusal, parsed.Ref, parsed.MessageId);
        connection.Close(code, refusal.Code.ToWire());
    }
}
