using System.Globalization;
using FastChat.Faults.Processes;

namespace FastChat.Faults;

/// <summary>A RabbitMQ broker of its own, in a temporary folder, with a port mapper of its own.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Binary = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private static readonly Lock SharedGate = new();
    private static Task<RabbitMqServer>? shared;

    private readonly ServerFolder folder;
    private readonly IDisposable slot;
    private readonly int mapperPort = FreePort.Next();
    private readonly int distributionPort = FreePort.Next();
    private ChildProcess? mapper;
    private ChildProcess? shell;
    private int broker;

    private RabbitMqServer(ServerFolder folder, IDisposable slot)
    {
        this.folder = folder;
        this.slot = slot;
        Port = FreePort.Next();
    }

    /// <summary>True if RabbitMQ is on this machine.</summary>
    public static bool IsInstalled => File.Exists(Binary);

    public int Port { get; }

    /// <summary>The broker itself, which has helpers of its own.</summary>
    public int ProcessId => broker;

    public string Log => folder.Log;

    /// <summary>As <c>BACKPLANE_URL</c> takes it.</summary>
    public string Url => UrlAt(Port);

    /// <summary>One for all tests that leave it as it is. It ends with the process.</summary>
    public static Task<RabbitMqServer> SharedAsync()
    {
        lock (SharedGate)
        {
            return shared ??= StartSharedAsync();
        }
    }

    /// <summary>Starts one and waits until it listens.</summary>
    public static async Task<RabbitMqServer> StartAsync()
    {
        var server = new RabbitMqServer(await ServerFolder.MakeAsync("rabbitmq"), await ProcessSlots.TakeAsync());
        server.folder.Write("plugins", "[].");
        server.folder.Write(
            "rabbitmq.conf",
            $"""
            listeners.tcp.1 = 127.0.0.1:{server.Port}
            log.file = false
            log.console = true
            log.console.level = warning
            """);
        server.mapper = server.folder.Launch("/usr/bin/epmd", "-port", server.mapperPort.ToString(CultureInfo.InvariantCulture));
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same broker through something that listens on another port.</summary>
    public static string UrlAt(int port) => $"amqp://guest:guest@127.0.0.1:{port}";

    /// <summary>Starts it anew, empty: nothing of FastChat's is kept over a restart.</summary>
    public async Task StartAgainAsync()
    {
        var path = folder.Path;
        shell = folder.Launch(
            "/usr/bin/env",
            $"HOME={path}",
            $"ERL_EPMD_PORT={mapperPort}",
            $"RABBITMQ_NODENAME=fastchat{Port}@localhost",
            $"RABBITMQ_DIST_PORT={distributionPort}",
            $"RABBITMQ_MNESIA_BASE={path}/data",
            $"RABBITMQ_LOG_BASE={path}/logs",
            $"RABBITMQ_CONFIG_FILE={path}/rabbitmq.conf",
            $"RABBITMQ_ENABLED_PLUGINS_FILE={path}/plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+S 1:1 +sbwt none",
            Binary);
        await Polling.UntilListeningAsync(Port, () => shell.HasExited, "RabbitMQ", () => Log);

        broker = Signal.ChildrenOf(shell.Id).Single();
    }

    /// <summary>Ends it at once; all connections are cut.</summary>
    public async Task KillAsync()
    {
        Signal.KillTree(broker);
        await shell!.ExitAsync();
        await shell.DisposeAsync();
        shell = null;
    }

    /// <summary>It takes what is sent, as the kernel does, and does nothing.</summary>
    public void Freeze() => Signal.Send(broker, Signal.Stop);

    /// <summary>It goes on.</summary>
    public void Thaw() => Signal.Send(broker, Signal.Continue);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { shell, mapper }.OfType<ChildProcess>())
        {
            await process.DisposeAsync();
        }

        shell = mapper = null;
        slot.Dispose();
        folder.Dispose();
    }

    private static async Task<RabbitMqServer> StartSharedAsync()
    {
        var server = await StartAsync();
        AtExit.End(server.folder, () => server.shell, () => server.mapper);
        return server;
    }
}
