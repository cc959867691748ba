namespace FastChat.EndToEndTests.Cluster;

/// <summary>Two servers on one PostgreSQL, which a test may kill or let stand still.</summary>
public sealed class TwoNodes : IAsyncDisposable
{
    private TwoNodes(ServerProcess one, ServerProcess other) => (One, Other) = (one, other);

    public ServerProcess One { get; }

    public ServerProcess Other { get; }

    /// <summary>Starts them one after the other.</summary>
    /// <param name="hasBus">Hints between them arrive; else their bus is a pooler, on which nobody ever hears anything.</param>
    public static async Task<TwoNodes> StartAsync(bool hasBus = true)
    {
        var postgres = await PostgresServer.SharedAsync();
        var name = await postgres.CreateDatabaseAsync();
        var bus = hasBus ? postgres.Url(name) : (await PgBouncerServer.SharedAsync()).Url(name);
        var settings = Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(name)), ("BACKPLANE_URL", bus));
        return new TwoNodes(await ServerProcess.StartAsync(settings), await ServerProcess.StartAsync(settings));
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
    }
}
