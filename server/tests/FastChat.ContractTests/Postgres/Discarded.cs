using System.Collections.Concurrent;

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

    public static async Task AddAsync(PostgresServer server, string name)
    {
        // A pooler would keep its connections for minutes, and the server has only so many.
        await server.ExecuteAsync("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        Kept.Enqueue(name);
        while (Kept.Count > MaxKept && Kept.TryDequeue(out var oldest))
        {
            await server.DropDatabaseAsync(oldest);
        }
    }
}
