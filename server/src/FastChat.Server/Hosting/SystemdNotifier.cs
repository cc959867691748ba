using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FastChat.Server.Hosting;

/// <summary>
/// Tells systemd how the program is, where it was started by it (<c>Type=notify</c>, see sd_notify(3)): ready, stopping, and, if a watchdog was
/// asked for, that it still gets its turn. A node that hangs is then ended and started anew, so that no proxy goes on choosing it.
/// </summary>
internal sealed partial class SystemdNotifier : IHostedService, IDisposable
{
    private const string Alive = "WATCHDOG=1";

    /// <summary>How long the manager may take to make room for what it has to know, in milliseconds.</summary>
    private const int SendMs = 2_000;

    private readonly IHostApplicationLifetime lifetime;
    private readonly TimeProvider time;
    private readonly ILogger<SystemdNotifier> logger;
    private readonly string? address;
    private readonly TimeSpan? patience;
    private ITimer? watchdog;

    public SystemdNotifier(IHostApplicationLifetime lifetime, TimeProvider time, IConfiguration configuration, ILogger<SystemdNotifier> logger)
    {
        address = configuration["NOTIFY_SOCKET"];
        patience = WatchdogOf(configuration["WATCHDOG_USEC"], configuration["WATCHDOG_PID"]);
        this.lifetime = lifetime;
        this.time = time;
        this.logger = logger;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(address))
        {
            lifetime.ApplicationStarted.Register(Begin);
            lifetime.ApplicationStopping.Register(() => Tell("STOPPING=1"));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => watchdog?.Dispose();

    /// <summary>How often the watchdog wants to hear something, at the least; null where there is none for this process.</summary>
    internal static TimeSpan? WatchdogOf(string? microseconds, string? processId) =>
        long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
        && (string.IsNullOrEmpty(processId) || processId == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(limit)
            : null;

    private void Begin()
    {
        Tell("READY=1");
        if (patience is { } limit)
        {
            watchdog = time.CreateTimer(_ => Tell(Alive), null, limit / 3, limit / 3);
        }
    }

    private void Tell(string state)
    {
        try
        {
            // An address that begins with @ is an abstract one: no file, and written with a zero byte.
            var name = address![0] == '@' ? '\0' + address[1..] : address;
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

            // A manager that does not read must not take one thread after the other: a sign of life that finds no room is left out.
            socket.Blocking = state != Alive;
            socket.SendTimeout = SendMs;
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(name));
        }
        catch (SocketException fault) when (state == Alive && fault.SocketErrorCode == SocketError.WouldBlock)
        {
            // It has not read the last ones yet.
        }
        catch (SocketException fault)
        {
            LogUntold(state, fault.Message);
        }
    }

    [LoggerMessage(8005, LogLevel.Warning, "The service manager could not be told {State}: {Reason}")]
    private partial void LogUntold(string state, string reason);
}
