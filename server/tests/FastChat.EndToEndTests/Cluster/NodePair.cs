namespace FastChat.EndToEndTests.Cluster;

/// <summary>Two nodes on one PostgreSQL database, for all tests of a class.</summary>
/// <param name="bus">What <c>BACKPLANE_URL</c> says, for a database's name; empty is the database itself.</param>
public abstract class NodePair(Func<string, Task<string>> bus) : IAsyncLifetime
{
    private PostgresServer postgres = null!;
    private string database = null!;

    public ServerProcess First { get; private set; } = null!;

    public ServerProcess Second { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        postgres = await PostgresServer.SharedAsync();
        database = await postgres.CreateDatabaseAsync();
        var settings = Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(database)), ("BACKPLANE_URL", await bus(database)));
        First = await ServerProcess.StartAsync(settings);
        Second = await ServerProcess.StartAsync(settings);
    }

    public async ValueTask DisposeAsync()
    {
        await Second.DisposeAsync();
        await First.DisposeAsync();
        await postgres.DropDatabaseAsync(database);
        GC.SuppressFinalize(this);
    }

    /// <summary>Two users who share a chat, each on a node of their own.</summary>
    public async Task<(Guest Ada, Guest Bob, string Chat)> PairAsync()
    {
        var ada = await Guest.CreateAsync(First);
        var bob = await Guest.CreateAsync(Second);
        return (ada, bob, await ada.OpenChatAsync(bob));
    }

    public static object Message(string chat, string content) => new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content };
}

public sealed class NodesOverPostgres() : NodePair(_ => Task.FromResult(string.Empty));

public sealed class NodesOverRabbitMq() : NodePair(async _ => (await RabbitMqServer.SharedAsync()).Url);

/// <summary>Their bus takes what is sent and brings nothing: notifications through a transaction pooler.</summary>
public sealed class DeafNodes() : NodePair(async database => (await PgBouncerServer.SharedAsync()).Url(database));
