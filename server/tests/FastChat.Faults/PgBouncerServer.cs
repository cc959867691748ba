using System.Diagnostics;
using System.Net.Sockets;

namespace FastChat.Faults;

/// <summary>PgBouncer in transaction mode before a PostgreSQL server: each transaction may run on another connection of it.</summary>
public sealed class PgBouncerServer : IAsyncDisposable
{
    private const string Binary = "/usr/sbin/pgbouncer";
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);
    private static readonly Lock SharedGate = new();
    private static Task<PgBouncerServer>? shared;

    private readonly ServerFolder folder = new("pgbouncer");
    private Process? process;

    private PgBouncerServer() => Port = FreePort.Next();

    /// <summary>True if PgBouncer is on this machine.</summary>
    public static bool IsInstalled => File.Exists(Binary);

    public int Port { get; }

    public string Log => folder.Log;

    /// <summary>The one in front of <see cref="PostgresServer.SharedAsync"/>. It ends with the process.</summary>
    public static Task<PgBouncerServer> SharedAsync()
    {
        lock (SharedGate)
        {
            return shared ??= StartSharedAsync();
        }
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<PgBouncerServer> StartAsync(PostgresServer server)
    {
        var bouncer = new PgBouncerServer();
        var users = bouncer.folder.Write("users.txt", PostgresServer.UserList);
        bouncer.folder.Write(
            "pgbouncer.ini",
            $"""
            [databases]
            * = host=127.0.0.1 port={server.Port}

            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {bouncer.Port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {users}
            pool_mode = transaction
            default_pool_size = 10
            max_client_conn = 1000
            """);
        await bouncer.StartAgainAsync();
        return bouncer;
    }

    /// <summary>The URL of a database through it, as <c>DATABASE_URL</c> takes it.</summary>
    public string Url(string database) => PostgresServer.Url(Port, database);

    public async Task StartAgainAsync()
    {
        process = folder.Launch(Binary, Path.Combine(folder.Path, "pgbouncer.ini"));
        var clock = Stopwatch.StartNew();
        while (!await ListensAsync())
        {
            if (process.HasExited || clock.Elapsed > StartTime)
            {
                throw new InvalidOperationException($"PgBouncer did not start:\n{Log}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Ends it at once; all connections through it are cut.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    private static async Task<PgBouncerServer> StartSharedAsync()
    {
        var bouncer = await StartAsync(await PostgresServer.SharedAsync());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => bouncer.End();
        return bouncer;
    }

    private void End()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            process.WaitForExit();
        }

        process?.Dispose();
        process = null;
        folder.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
