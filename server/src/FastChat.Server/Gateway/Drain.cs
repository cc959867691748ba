using System.Runtime.InteropServices;
using FastChat.Protocol;
using FastChat.Server.Hosting;

namespace FastChat.Server.Gateway;

/// <summary>
/// The way out (GW6): not ready, no new upgrades, every connection told when to move, spread over time so that they don't
/// all arrive elsewhere at once, then closed with 1012. It runs before the web server closes its door, which at
/// <c>StopAsync</c> would be too late.
/// </summary>
internal sealed partial class Drain : IHostedLifecycleService, IDisposable
{
    /// <summary>How many connections a second are asked to move.</summary>
    private const double MovedPerSecond = 200;

    /// <summary>How long a client that was asked to move may take to let go of this node.</summary>
    private const double SecondsToMove = 1;

    private const double MostSeconds = 10;

    private const string Reason = "the server is stopping";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConnectionRegistry registry;
    private readonly Readiness readiness;
    private readonly TimeProvider time;
    private readonly ILogger<Drain> logger;
    private readonly PosixSignalRegistration interrupt;
    private volatile bool isInterrupted;
    private volatile bool isStopping;

    public Drain(ConnectionRegistry registry, Readiness readiness, TimeProvider time, ILogger<Drain> logger)
    {
        this.registry = registry;
        this.readiness = readiness;
        this.time = time;
        this.logger = logger;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => isInterrupted = true);
    }

    /// <summary>No new connections are taken.</summary>
    public bool IsStopping => isStopping;

    /// <summary>Lets all connections go; ends when they are gone or their time is over.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.StopServing();
        isStopping = true;
        var connections = registry.All.ToList();
        if (connections.Count == 0)
        {
            return;
        }

        // Somebody waits at the terminal: no spreading then.
        var spread = isInterrupted ? 0 : Math.Min(MostSeconds, connections.Count / MovedPerSecond);
        var wait = isInterrupted ? 0 : SecondsToMove;
        LogDraining(connections.Count, spread);
        var began = time.GetTimestamp();
        for (var i = 0; i < connections.Count; i++)
        {
            var afterMs = (int)(1000 * spread * i / connections.Count);
            connections[i].Send(new ReconnectFrame(afterMs, Reason));
        }

        for (var i = 0; i < connections.Count; i++)
        {
            var due = TimeSpan.FromSeconds((spread * i / connections.Count) + wait) - time.GetElapsedTime(began);
            if (due > TimeSpan.Zero && !connections[i].IsClosing)
            {
                await Task.Delay(due, time, cancellationToken);
            }

            connections[i].Close(CloseCode.NodeRestarts, Reason);
        }

        await AllGoneAsync(cancellationToken);
    }

    /// <summary>
    /// Tells a connection whose upgrade was under way when the stopping began, so that it is not among those told above.
    /// </summary>
    public void TellIfStopping(Connection connection)
    {
        if (isStopping)
        {
            connection.Send(new ReconnectFrame(0, Reason));
            connection.Close(CloseCode.NodeRestarts, Reason);
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => interrupt.Dispose();

    private async Task AllGoneAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var patience = isInterrupted ? TimeSpan.FromSeconds(1) : Patience;
        while (registry.Count > 0 && time.GetElapsedTime(began) < patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }

        foreach (var connection in registry.All)
        {
            connection.Abort();
        }
    }

    [LoggerMessage(4007, LogLevel.Information, "Stopping: {Connections} connections are asked to move within {Seconds} s")]
    private partial void LogDraining(int connections, double seconds);
}
