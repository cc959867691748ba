using System.Net.WebSockets;
using FastChat.Protocol;
using FastChat.Server.Presence;

namespace FastChat.Server.Gateway;

/// <summary>A connection's life: from the upgrade through its frames to the clean-up. Whatever breaks ends here.</summary>
internal sealed partial class ConnectionLoop(
    ConnectionRegistry registry,
    HelloHandler hello,
    FrameRouter router,
    Drain drain,
    PresenceTracker presence,
    PresenceBroadcaster broadcaster,
    TimeProvider time,
    ILogger<ConnectionLoop> logger)
{
    /// <summary>
    /// Runs until the connection is closed from either side and everything of it is cleaned up; one without a place to stay is
    /// only told so.
    /// </summary>
    public async Task RunAsync(WebSocket socket, Transport transport, Place place)
    {
        var connection = new Connection(socket, transport, time, WriteAsync) { Place = place };
        registry.Opened(connection);
        drain.TellIfStopping(connection);
        if (place.Refusal is { } refusal)
        {
            connection.Tell(refusal, null, null);
            connection.Close(CloseCode.TryAgainLater, refusal.Code.ToWire());
        }

        var (wasTold, lingers) = (true, false);
        try
        {
            (wasTold, lingers) = await ReadAsync(connection);
        }
        finally
        {
            CleanUp(connection, wasTold);
            connection.Close(CloseCode.Normal, string.Empty);
            await connection.WrittenAsync();
            if (lingers)
            {
                await connection.Transport.DropRestAsync(Connection.CloseWait, time);
            }

            registry.Remove(connection);
            await connection.SlowWorkAsync();
            connection.Reader.Release();
        }
    }

    /// <summary>
    /// Reads until the end. <c>WasTold</c>: the server was told of it (close frame, FIN, RST) and not left in silence;
    /// <c>Lingers</c>: a close frame may be on its way to a peer who has not answered it (the socket itself sends one after
    /// what is no WebSocket message); to let go at once would reset the connection, and the code would be lost.
    /// </summary>
    private async Task<(bool WasTold, bool Lingers)> ReadAsync(Connection connection)
    {
        try
        {
            while (!connection.IsClosing && await ReadOneAsync(connection))
            {
            }

            await connection.Reader.DropRestAsync();
            return (true, false);
        }
        catch (WebSocketException fault)
        {
            // The peer has gone; or it broke the protocol, the socket has answered with a close frame, and the peer is to read it.
            LogEnded(connection.Id, fault.WebSocketErrorCode);
            return (true, true);
        }
        catch (OperationCanceledException fault)
        {
            LogAborted(connection.Id);
            connection.Transport.Abort();
            return (!IsMissingPong(fault), false);
        }
#pragma warning disable CA1031 // This connection has hit a bug; the others go on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFailed(fault, connection.Id);
            connection.Close(CloseCode.ServerError, "server error");
            return (true, true);
        }
    }

    private async Task<bool> ReadOneAsync(Connection connection)
    {
        var kind = await connection.Reader.ReadAsync();
        switch (kind)
        {
            case ReadKind.Closed:
                connection.Close(CloseCode.Normal, string.Empty);
                return false;
            case ReadKind.TooBig:
                connection.Close(CloseCode.MessageTooBig, "message too big, or in too many pieces");
                return false;
            case ReadKind.Binary when connection.Live is not null:
                connection.Close(CloseCode.BinaryRefused, "binary frames are not read here");
                return false;
        }

        if (connection.IsClosing)
        {
            // The frame came while the close was on its way: of a revoked session, say. Nothing of it is done.
            return false;
        }

        if (connection.Live is null)
        {
            await hello.HandleAsync(connection, kind == ReadKind.Text ? connection.Reader.Message : default);
        }
        else
        {
            router.Route(connection, connection.Reader.Message);
        }

        connection.Reader.Release();
        await connection.Outbound.WaitForRoomAsync();
        return true;
    }

    private async Task WriteAsync(Connection connection)
    {
        try
        {
            await connection.WriteAsync();
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // The socket has ended while a frame was on its way. If it has sent a close frame of its own, the read loop lets
            // the peer read that.
            connection.AbortIfOpen();
            connection.EndWriting();
        }
#pragma warning disable CA1031 // As in the read loop.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFailed(fault, connection.Id);
            connection.Abort();
            connection.EndWriting();
        }
    }

    private void CleanUp(Connection connection, bool wasTold)
    {
        registry.RemoveLive(connection);
        if (connection.Live is { } live)
        {
            if (live.Viewer is { } viewer)
            {
                broadcaster.Remove(viewer);
            }

            presence.Gone(connection.Id, live.UserId, grace: wasTold && !connection.EndsForGood);
        }
    }

    /// <summary>The framework aborts a socket whose pong is missing, with the reason as an inner exception.</summary>
    private static bool IsMissingPong(OperationCanceledException fault) =>
        fault.InnerException is WebSocketException { WebSocketErrorCode: WebSocketError.Faulted };

    [LoggerMessage(4001, LogLevel.Debug, "Connection {ConnectionId} ended: {Error}")]
    private partial void LogEnded(Guid connectionId, WebSocketError error);

    [LoggerMessage(4002, LogLevel.Debug, "Connection {ConnectionId} was aborted")]
    private partial void LogAborted(Guid connectionId);

    [LoggerMessage(4003, LogLevel.Error, "Connection {ConnectionId} failed")]
    private partial void LogFailed(Exception fault, Guid connectionId);
}
