using FastChat.Faults.Processes;

namespace FastChat.Faults;

/// <summary>PgBouncer in transaction mode before a PostgreSQL server: each transaction may run on another connection of it.</summary>
public sealed class PgBouncerServer : IAsyncDisposable
{
    private const string Binary = "/usr/sbin/pgbouncer";
    private static readonly Lock SharedGate = new();
    private static Task<PgBouncerServer>? shared;

    private readonly ServerFolder folder;
    private readonly IDisposable slot;
    private ChildProcess? process;

    private PgBouncerServer(ServerFolder folder, IDisposable slot)
    {
        this.folder = folder;
        this.slot = slot;
        Port = FreePort.Next();
    }

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
        var bouncer = new PgBouncerServer(await ServerFolder.MakeAsync("pgbouncer"), await ProcessSlots.TakeAsync());
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
        await Polling.UntilListeningAsync(Port, () => process.HasExited, "PgBouncer", () => Log);
    }

    /// <summary>Ends it at once; all connections through it are cut.</summary>
    public Task KillAsync() => process!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
            process = null;
        }

        slot.Dispose();
        folder.Dispose();
    }

    private static async Task<PgBouncerServer> StartSharedAsync()
    {
        var bouncer = await StartAsync(await PostgresServer.SharedAsync());
        AtExit.End(bouncer.folder, () => bouncer.process);
        return bouncer;
    }
}
