namespace FastChat.EndToEndTests.Harness;

/// <summary>
/// The database of one server. FASTCHAT_TEST_DATABASE says of which kind: <c>sqlite</c> (also if it is not set), <c>postgres</c>, or
/// <c>pgbouncer</c>, which is PostgreSQL through a pooler in transaction mode.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly Func<Task> drop;

    private TestDatabase(string url, Func<Task> drop)
    {
        Url = url;
        this.drop = drop;
    }

    /// <summary>As <c>DATABASE_URL</c> takes it.</summary>
    public string Url { get; }

    private static string Kind => Environment.GetEnvironmentVariable("FASTCHAT_TEST_DATABASE") is { Length: > 0 } kind ? kind : "sqlite";

    /// <summary>A fresh one.</summary>
    public static async Task<TestDatabase> MakeAsync(string folder)
    {
        if (Kind == "sqlite")
        {
            return File(folder);
        }

        var server = await PostgresServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        var url = Kind switch
        {
            "postgres" => server.Url(name),
            "pgbouncer" => (await PgBouncerServer.SharedAsync()).Url(name),
            _ => throw new InvalidOperationException($"FASTCHAT_TEST_DATABASE is {Kind}: it must be sqlite, postgres or pgbouncer."),
        };
        return new TestDatabase(url, () => server.DropDatabaseAsync(name));
    }

    /// <summary>The embedded one, which goes with its folder.</summary>
    public static TestDatabase File(string folder) => new($"sqlite:{Path.Combine(folder, "fastchat.db")}", () => Task.CompletedTask);

    public async ValueTask DisposeAsync() => await drop();
}
