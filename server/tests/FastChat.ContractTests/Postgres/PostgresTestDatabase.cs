using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Postgres;
using FastChat.Server.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace FastChat.ContractTests.Postgres;

/// <summary>A database of its own on the shared PostgreSQL server, straight or through PgBouncer.</summary>
public sealed class PostgresTestDatabase : TestDatabase
{
    private readonly PostgresServer server;
    private readonly string name;
    private readonly bool isOwner;
    private readonly PostgresDatabase database;
    private readonly PostgresMessageLog log;
    private readonly AnswerPump pump = new(TimeProvider.System, NullLogger<AnswerPump>.Instance);

    private PostgresTestDatabase(PostgresServer server, string name, string url, bool usesSystemClock = false, bool isOwner = true)
    {
        var time = usesSystemClock ? TimeProvider.System : Time;
        this.isOwner = isOwner;
        this.server = server;
        this.name = name;
        database = PostgresStart.Open(Address(url), time, NullLoggerFactory.Instance);
        log = new PostgresMessageLog(database, pump, time, NullLogger<PostgresMessageLog>.Instance);
        Presence = new PostgresPresenceStore(database);
        Nodes = new PostgresNodeStore(database);
    }

    public override IDatabase Database => database;

    public override IMessageLog Log => log;

    public override IPresenceStore Presence { get; }

    public override INodeStore Nodes { get; }

    /// <summary>The clock of its timeouts.</summary>
    internal UnhurriedTime Time { get; } = new();

    internal string ConnectionString => server.ConnectionString(name);

    /// <summary>Starts a node on a copy of the template.</summary>
    /// <param name="usesSystemClock">Timeouts run on the machine's clock, not on <see cref="Time"/>.</param>
    public static async Task<TestDatabase> StartAsync(bool usesSystemClock = false)
    {
        var shared = await PostgresServer.SharedAsync();
        var fresh = await Templates.CopyPostgresAsync();
        return await StartAsync(shared, fresh, shared.Url(fresh), usesSystemClock);
    }

    /// <summary>The same, through PgBouncer.</summary>
    /// <param name="usesSystemClock">Timeouts run on the machine's clock, not on <see cref="Time"/>.</param>
    public static async Task<TestDatabase> StartPooledAsync(bool usesSystemClock = false)
    {
        var shared = await PostgresServer.SharedAsync();
        var bouncer = await PgBouncerServer.SharedAsync();
        var fresh = await Templates.CopyPostgresAsync();
        return await StartAsync(shared, fresh, bouncer.Url(fresh), usesSystemClock);
    }

    /// <summary>Another node on the same database.</summary>
    public async Task<PostgresTestDatabase> JoinAsync()
    {
        var node = new PostgresTestDatabase(server, name, server.Url(name), isOwner: false);
        await node.RunAsync();
        return node;
    }

    /// <summary>Runs statements beside all nodes.</summary>
    public Task ExecuteAsync(string statements) => server.ExecuteAsync(name, statements);

    public static PostgresAddress Address(string url) =>
        Patient(StorageOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(StorageOptions.Setting, url)]).Build()).Postgres!);

    /// <summary>The address with the longest timeout for connecting: the machine may be busy.</summary>
    public static PostgresAddress Patient(PostgresAddress address) => new()
    {
        Host = address.Host,
        Port = address.Port,
        Database = address.Database,
        User = address.User,
        Password = address.Password,
        Options = new Dictionary<string, string>(address.Options, StringComparer.Ordinal) { ["connect_timeout"] = "60" },
    };

    /// <summary>As an operator's statement would that takes a lock and keeps it.</summary>
    public override async Task<IAsyncDisposable> KeepFromWritingAsync()
    {
        var other = new NpgsqlConnection(server.ConnectionString(name));
        await other.OpenAsync();
        await using var command = other.CreateCommand();
        command.CommandText = "BEGIN; LOCK TABLE chats, chat_members, chat_messages IN EXCLUSIVE MODE";
        await command.ExecuteNonQueryAsync();
        return other;
    }

    public override async ValueTask DisposeAsync()
    {
        await log.StopAsync(CancellationToken.None).WithinLimitAsync();
        await pump.StopAsync(CancellationToken.None).WithinLimitAsync();
        log.Dispose();
        pump.Dispose();
        database.Dispose();
        if (isOwner)
        {
            await Discarded.AddAsync(server, name);
        }
    }

    private static async Task<TestDatabase> StartAsync(PostgresServer shared, string fresh, string url, bool usesSystemClock)
    {
        var started = new PostgresTestDatabase(shared, fresh, url, usesSystemClock);
        await started.RunAsync();
        return started;
    }

    private async Task RunAsync()
    {
        await pump.StartAsync(CancellationToken.None);
        await log.StartAsync(CancellationToken.None);
    }
}

public sealed class PostgresMessageIdTests : MessageIdContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartAsync();
}

public sealed class PostgresMessageOrderTests : MessageOrderContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartAsync();
}

[Collection(Alone.Name)]
public sealed class PostgresOutageTests : OutageContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartAsync(usesSystemClock: true);
}

[Collection(Alone.Name)]
public sealed class PgBouncerOutageTests : OutageContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartPooledAsync(usesSystemClock: true);
}

public sealed class PostgresChatTests : ChatContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartAsync();
}

public sealed class PostgresPresenceStoreTests : PresenceStoreContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartAsync();
}

public sealed class PgBouncerMessageIdTests : MessageIdContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartPooledAsync();
}

public sealed class PgBouncerMessageOrderTests : MessageOrderContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartPooledAsync();
}

public sealed class PgBouncerChatTests : ChatContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartPooledAsync();
}

public sealed class PgBouncerPresenceStoreTests : PresenceStoreContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartPooledAsync();
}

public sealed class PostgresBlockTests : BlockContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartAsync();
}

public sealed class PgBouncerBlockTests : BlockContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartPooledAsync();
}
