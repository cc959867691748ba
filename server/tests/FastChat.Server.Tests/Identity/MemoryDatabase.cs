using FastChat.Server.Storage;
using FastChat.Server.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Tests.Identity;

/// <summary>The real schema in memory, one transaction at a time.</summary>
internal sealed class MemoryDatabase : IDatabase, IDisposable
{
    private readonly SqliteConnection connection = new("Data Source=:memory:;Foreign Keys=True");
    private readonly SemaphoreSlim gate = new(1);
    private readonly DbContextOptions<SqliteDbContext> options;

    public MemoryDatabase()
    {
        connection.Open();
        SqliteSchema.Migrate(connection);
        options = new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite(connection).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options;
    }

    /// <summary>When set, the database is away.</summary>
    public bool IsAway { get; set; }

    public async Task<T> ReadAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken) =>
        await RunAsync(query, isWrite: false, cancellationToken);

    public async Task<T> WriteAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> change, CancellationToken cancellationToken) =>
        await RunAsync(change, isWrite: true, cancellationToken);

    public void Dispose()
    {
        connection.Dispose();
        gate.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> work, bool isWrite, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new DatabaseUnavailableException("the database is away");
        }

        if (!await gate.WaitAsync(Patience.For(60), cancellationToken))
        {
            throw new TimeoutException("another transaction does not end");
        }

        try
        {
            await using var context = new SqliteDbContext(options);
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            var result = await work(context, cancellationToken);
            if (isWrite)
            {
                await transaction.CommitAsync(cancellationToken);
            }

            return result;
        }
        finally
        {
            gate.Release();
        }
    }
}
