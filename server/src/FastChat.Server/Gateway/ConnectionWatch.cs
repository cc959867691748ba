using FastChat.Protocol;

namespace FastChat.Server.Gateway;

/// <summary>
/// Looks after every connection's deadlines, four times a second for all of them together instead of a timer each:
/// <c>HELLO</c>, a message that does not end, a reader who does not read, a message without an answer, a close that hangs.
/// </summary>
internal sealed partial class ConnectionWatch(ConnectionRegistry registry, TimeProvider time, ILogger<ConnectionWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MessageTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlowReaderTimeout = TimeSpan.FromSeconds(5);

    /// <summary>For so long a slow reader's close frame is tried (GW4).</summary>
    private static readonly TimeSpan SlowReaderPatience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var waiting = 0L;
            foreach (var connection in registry.All)
            {
                waiting += connection.Outbound.Waiting;
                try
                {
                    Check(connection);
                }
#pragma warning disable CA1031 // A fault at one connection must not leave the others, and so the server, without a watch.
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    LogCheckFailed(fault, connection.Id);
                }
            }

            GatewayMetrics.Waiting(waiting);
        }
    }

    private void Check(Connection connection)
    {
        if (connection.IsClosing)
        {
            connection.AbortIfCloseIsLate();
            return;
        }

        if (connection.Live is null && !connection.HasSaidHello && time.GetElapsedTime(connection.OpenedAt) >= HelloTimeout)
        {
            connection.Tell(new Refusal(ErrorCode.HelloTimeout, "No HELLO came within 5 seconds."), null, null);
            connection.Close(CloseCode.HelloTimeout, "no HELLO in time");
        }

        if (connection.Reader.ReadingFor >= MessageTimeout)
        {
            connection.Close(CloseCode.MessageTooBig, "message too slow");
        }

        if (connection.Outbound.HasOverflowed || connection.Outbound.OverFor >= SlowReaderTimeout)
        {
            GatewayMetrics.ClosedSlowReader();
            connection.Close(CloseCode.SlowReader, "reading too slowly", SlowReaderPatience);
        }

        foreach (var send in connection.Pending.TakeOverdue())
        {
            var unknown = new Refusal(
                ErrorCode.Unavailable, "It is not known yet whether the message is stored; send again with the same message_id.", TimeSpan.FromSeconds(1));
            connection.Refuse(unknown, send.Reference, send.MessageId);
        }
    }

    [LoggerMessage(4008, LogLevel.Error, "Looking after connection {ConnectionId} failed")]
    private partial void LogCheckFailed(Exception fault, Guid connectionId);
}
