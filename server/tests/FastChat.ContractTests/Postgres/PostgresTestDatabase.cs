using FastChat.Faults;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

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

    private PostgresTestDatabase(PostgresServer server, string name, string url, bool isOwner = true)
    {
        this.isOwner = isOwner;
        this.server = server;
        this.name = name;
        database = PostgresStart.Open(Address(url), TimeProvider.System, NullLoggerFactory.Instance);
        log = new PostgresMessageLog(database, pump, TimeProvider.System, NullLogger<PostgresMessageLog>.Instance);
        Presence = new PostgresPresenceStore(database);
        Nodes = new PostgresNodeStore(database);
    }

    public override IDatabase Database => database;

    public override IMessageLog Log => log;

    public override IPresenceStore Presence { get; }

    public override INodeStore Nodes { get; }

    public static async Task<TestDatabase> StartAsync()
    {
        var shared = await PostgresServer.SharedAsync();
        var fresh = await shared.CreateDatabaseAsync();
        return await StartAsync(shared, fresh, shared.Url(fresh));
    }

    public static async Task<TestDatabase> StartPooledAsync()
    {
        var shared = await PostgresServer.SharedAsync();
        var bouncer = await PgBouncerServer.SharedAsync();
        var fresh = await shared.CreateDatabaseAsync();
        return await StartAsync(shared, fresh, bouncer.Url(fresh));
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
        StorageOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(StorageOptions.Setting, url)]).Build()).Postgres!;

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
        await log.StopAsync(CancellationToken.None);
        await pump.StopAsync(CancellationToken.None);
        log.Dispose();
        pump.Dispose();
        database.Dispose();
        if (isOwner)
        {
            await server.DropDatabaseAsync(name);
        }
    }

    private static async Task<TestDatabase> StartAsync(PostgresServer shared, string fresh, string url)
    {
        var started = new PostgresTestDatabase(shared, fresh, url);
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
