using System.Collections.Concurrent;
using Xunit;

[assembly: AssemblyFixture(typeof(FastChat.ContractTests.Postgres.DiscardedFixture))]

namespace FastChat.ContractTests.Postgres;

/// <summary>
/// Databases of the shared server that no test needs any more. Dropping one makes the server write a checkpoint, which takes longer
/// than most tests do. So they are kept until they take up a lot of space, and otherwise end with the server.
/// </summary>
internal static class Discarded
{
    /// <summary>Maximum number of databases, of about 8 MB each, that are kept.</summary>
    private const int MaxKept = 160;

    private static readonly ConcurrentQueue<string> Kept = new();
    private static PostgresServer? shared;

    public static async Task AddAsync(PostgresServer server, string name)
    {
        // A pooler would keep its connections for minutes, and the server has only so many.
        await server.ExecuteAsync("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        shared = server;
        Kept.Enqueue(name);
        while (Kept.Count > MaxKept && Kept.TryDequeue(out var oldest))
        {
            await server.DropDatabaseAsync(oldest);
        }
    }

    /// <summary>Stops the shared server and deletes all its databases.</summary>
    public static async Task EndAsync()
    {
        if (shared is not null)
        {
            await shared.StopAsync(PostgresStop.Immediate);
            Directory.Delete(Path.Combine(shared.SocketFolder, "data", "base"), recursive: true);
        }
    }
}

/// <summary>
/// Deletes the databases when the run ends. When the process ends, the runner leaves too little time for thousands of files on a slow disk.
/// </summary>
public sealed class DiscardedFixture : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Discarded.EndAsync();
}
