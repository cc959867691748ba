using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Sqlite;
using FastChat.Server.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.ContractTests.Sqlite;

/// <summary>The embedded database in a folder of its own.</summary>
public sealed class SqliteTestDatabase : TestDatabase
{
    private readonly string folder;
    private readonly string path;
    private readonly SqliteDatabase database;
    private readonly AnswerPump pump = new(TimeProvider.System, NullLogger<AnswerPump>.Instance);

    private SqliteTestDatabase(string path)
    {
        this.path = path;
        folder = Path.GetDirectoryName(path)!;
        database = SqliteStart.Open(path, NullLoggerFactory.Instance);
        Log = new SqliteMessageLog(database, pump, TimeProvider.System, NullLogger<SqliteMessageLog>.Instance);
        Presence = new SqlitePresenceStore(database);
        Nodes = new SqliteNodeStore(database, TimeProvider.System);
    }

    public override IDatabase Database => database;

    public override IMessageLog Log { get; }

    public override IPresenceStore Presence { get; }

    public override INodeStore Nodes { get; }

    public static async Task<TestDatabase> StartAsync()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("fastchat-contract-").FullName, "chat.db");
        await Templates.CopySqliteAsync(file);
        var started = new SqliteTestDatabase(file);
        await started.pump.StartAsync(CancellationToken.None);
        return started;
    }

    /// <summary>As a backup tool or a shell would, from a connection of its own.</summary>
    public override async Task<IAsyncDisposable> KeepFromWritingAsync()
    {
        var other = new SqliteConnection($"Data Source={path};Pooling=False");
        await other.OpenAsync();
        await using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        return other;
    }

    public override async ValueTask DisposeAsync()
    {
        await pump.StopAsync(CancellationToken.None).WithinLimitAsync();
        pump.Dispose();
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}

public sealed class SqliteMessageIdTests : MessageIdContract
{
    protected override Task<TestDatabase> StartAsync() => SqliteTestDatabase.StartAsync();
}

public sealed class SqliteMessageOrderTests : MessageOrderContract
{
    protected override Task<TestDatabase> StartAsync() => SqliteTestDatabase.StartAsync();
}

[Collection(Alone.Name)]
public sealed class SqliteOutageTests : OutageContract
{
    protected override Task<TestDatabase> StartAsync() => SqliteTestDatabase.StartAsync();
}

public sealed class SqliteChatTests : ChatContract
{
    protected override Task<TestDatabase> StartAsync() => SqliteTestDatabase.StartAsync();
}

public sealed class SqlitePresenceStoreTests : PresenceStoreContract
{
    protected override Task<TestDatabase> StartAsync() => SqliteTestDatabase.StartAsync();
}

public sealed class SqliteBlockTests : BlockContract
{
    protected override Task<TestDatabase> StartAsync() => SqliteTestDatabase.StartAsync();
}
