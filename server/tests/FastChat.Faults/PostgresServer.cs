using System.Globalization;
using FastChat.Faults.Processes;
using Npgsql;

namespace FastChat.Faults;

/// <summary>How PostgreSQL is told to stop.</summary>
public enum PostgresStop
{
    /// <summary>Transactions are rolled back, sessions closed, what is there is written out.</summary>
    Fast,

    /// <summary>As in a crash: nothing is written, and the next start recovers from the log.</summary>
    Immediate,
}

/// <summary>
/// A PostgreSQL server of our own, with <c>fsync</c> on, in a temporary folder and on a free port: made, stopped, paused,
/// killed and started again. The binaries are Debian's.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "fastchat";
    private const string Password = "p@ss/w?rd";
    private static readonly Lock SharedGate = new();
    private static Task<PostgresServer>? shared;
    private static Task<ServerFolder>? cluster;

    private readonly ServerFolder folder;
    private readonly IDisposable slot;
    private readonly Dictionary<string, string> settings;
    private readonly SemaphoreSlim copying = new(1);
    private ChildProcess? process;
    private int databases;

    private PostgresServer(ServerFolder folder, IDisposable slot, IReadOnlyDictionary<string, string>? settings)
    {
        this.folder = folder;
        this.slot = slot;
        Port = FreePort.Next();
        this.settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = folder.Path,
            ["fsync"] = "on",
            ["max_connections"] = "300",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            this.settings[name] = value;
        }
    }

    /// <summary>True if PostgreSQL's binaries are on this machine.</summary>
    public static bool IsInstalled => FindBinaries() is not null;

    public int Port { get; }

    /// <summary>The folder of its Unix socket.</summary>
    public string SocketFolder => folder.Path;

    /// <summary>What the server wrote to its log so far.</summary>
    public string Log => folder.Log;

    /// <summary>The postmaster's process.</summary>
    public int ProcessId => process?.Id ?? throw new InvalidOperationException("The server does not run.");

    /// <summary>The one server that tests share which do not break it. It ends with the process.</summary>
    public static Task<PostgresServer> SharedAsync()
    {
        lock (SharedGate)
        {
            return shared ??= StartSharedAsync();
        }
    }

    /// <summary>Makes a server and waits until it answers.</summary>
    /// <param name="settings">Settings of PostgreSQL besides our own.</param>
    public static async Task<PostgresServer> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var server = new PostgresServer(await ServerFolder.MakeAsync("postgres"), await ProcessSlots.TakeAsync(), settings);
        await server.folder.RunAsync("cp", "--recursive", "--preserve=mode", Path.Combine((await ClusterAsync()).Path, "data"), server.DataFolder);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>The URL of a database, as <c>DATABASE_URL</c> takes it.</summary>
    public string Url(string database) => Url(Port, database);

    /// <summary>A connection string of the driver for a database.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = User,
        Password = Password,
        Pooling = false,
        Timeout = (int)Patience.Answer.TotalSeconds,
        CommandTimeout = (int)Patience.Start.TotalSeconds,
    }.ConnectionString;

    /// <summary>Creates a database and returns its name.</summary>
    /// <param name="template">The database to copy, which must have no connections; without one the new database is empty.</param>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}";
        if (template is null)
        {
            await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
            return name;
        }

        // Two copies of one template at once would be refused, and so would a copy while a session on the template is still ending.
        if (!await copying.WaitAsync(Patience.Start))
        {
            throw new TimeoutException($"Others kept {template} from being copied.");
        }

        try
        {
            await Polling.UntilAsync(() => TryCopyAsync(template, name), Patience.Start, () => $"The database {template} could not be copied: it was in use.");
            return name;
        }
        finally
        {
            copying.Release();
        }
    }

    /// <summary>Removes a database, whoever is connected to it.</summary>
    public Task DropDatabaseAsync(string name) => ExecuteAsync("postgres", $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    /// <summary>Runs statements in a database.</summary>
    public async Task ExecuteAsync(string database, string statements)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statements;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Starts the server, on the data that is there, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        process = folder.Launch([Binary("postgres"), "-D", DataFolder, .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })]);
        await Polling.UntilAsync(
            async () => process.HasExited ? throw new InvalidOperationException($"PostgreSQL exited while starting:\n{Log}") : await AnswersAsync(),
            Patience.Start,
            () => $"PostgreSQL did not answer within {Patience.Start.TotalSeconds} s:\n{Log}");
    }

    /// <summary>Stops the server and waits for its end.</summary>
    public async Task StopAsync(PostgresStop how)
    {
        Signal.Send(ProcessId, how == PostgresStop.Fast ? Signal.Interrupt : Signal.Quit);
        await EndedAsync();
    }

    public async Task RestartAsync(PostgresStop how)
    {
        await StopAsync(how);
        await StartAgainAsync();
    }

    /// <summary>kill -9 of the postmaster and all it started.</summary>
    public async Task KillAsync()
    {
        var children = SignalAll(Signal.Kill);
        await EndedAsync();

        // While one of them still ends, it holds the shared memory, and the next start is refused.
        await Polling.UntilAsync(() => Task.FromResult(children.All(Signal.HasEnded)), Patience.Stop, () => "PostgreSQL's processes did not end when they were killed.");
    }

    /// <summary>Lets the whole server hang: connections stay, nothing is answered.</summary>
    public void Pause() => SignalAll(Signal.Stop);

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume() => SignalAll(Signal.Continue);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            if (!process.HasExited)
            {
                SignalAll(Signal.Kill);
            }

            await process.DisposeAsync();
            process = null;
        }

        slot.Dispose();
        folder.Dispose();
    }

    public static string Url(int port, string database) =>
        $"postgresql://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{port}/{database}?sslmode=disable";

    internal static string UserList => $"\"{User}\" \"{Password}\"\n";

    private string DataFolder => Path.Combine(folder.Path, "data");

    /// <summary>A database cluster as <c>initdb</c> makes it, which takes a second of processor time; servers start on copies of it.</summary>
    private static Task<ServerFolder> ClusterAsync()
    {
        lock (SharedGate)
        {
            return cluster ??= MakeClusterAsync();
        }
    }

    private static async Task<ServerFolder> MakeClusterAsync()
    {
        var place = await ServerFolder.MakeAsync("initdb");
        AtExit.End(place);
        await place.RunAsync(
            Binary("initdb"), "--pgdata", Path.Combine(place.Path, "data"), "--username", User, "--pwfile", place.Write("password", Password),
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync");
        return place;
    }

    private static async Task<PostgresServer> StartSharedAsync()
    {
        var server = await StartAsync();
        AtExit.End(server.folder, () => server.process);
        return server;
    }

    private static string? FindBinaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql")
            .OrderByDescending(version => int.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Select(version => Path.Combine(version, "bin"))
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        : null;

    /// <summary>Copies a database; false while somebody is connected to it.</summary>
    private async Task<bool> TryCopyAsync(string template, string name)
    {
        try
        {
            await ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template}");
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            return false;
        }
    }

    private static string Binary(string name) => Path.Combine(
        FindBinaries() ?? throw new InvalidOperationException("PostgreSQL is not installed: apt-get install postgresql"), name);

    private IReadOnlyList<int> SignalAll(int signal)
    {
        // It is stopped first, so that it starts no others; and its children are looked for while it lives, as they are nobody's later.
        Signal.Send(ProcessId, Signal.Stop);
        var children = Signal.ChildrenOf(ProcessId);
        foreach (var child in children)
        {
            Signal.Send(child, signal);
        }

        Signal.Send(ProcessId, signal);
        return children;
    }

    private async Task EndedAsync()
    {
        await process!.ExitAsync(Patience.Start);
        await process.DisposeAsync();
        process = null;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await ExecuteAsync("postgres", "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
