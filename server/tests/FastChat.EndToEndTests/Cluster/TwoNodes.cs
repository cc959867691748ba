namespace FastChat.EndToEndTests.Cluster;

/// <summary>Two servers on one PostgreSQL, which a test may kill or let stand still.</summary>
public sealed class TwoNodes : IAsyncDisposable
{
    private TwoNodes(ServerProcess one, ServerProcess other) => (One, Other) = (one, other);

    public ServerProcess One { get; }

    public ServerProcess Other { get; }

    /// <summary>Starts them one after the other.</summary>
    /// <param name="settings">Settings of both, besides no limits.</param>
    public static async Task<TwoNodes> StartAsync(params (string Name, string Value)[] settings)
    {
        var postgres = await PostgresServer.SharedAsync();
        var all = Settings.NoLimitsBut([("DATABASE_URL", postgres.Url(await postgres.CreateDatabaseAsync())), .. settings]);
        return new TwoNodes(await ServerProcess.StartAsync(all), await ServerProcess.StartAsync(all));
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
    }
}
