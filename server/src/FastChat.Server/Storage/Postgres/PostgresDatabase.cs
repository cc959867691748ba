using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// PostgreSQL through a pool of connections: each read on one snapshot, each change in one transaction. What the database
/// does not answer within <see cref="Patience"/> is given up, whatever keeps it.
/// </summary>
public sealed class PostgresDatabase : IDatabase, IDisposable
{
    /// <summary>How long a caller waits; less than the 5 s within which the contract promises an answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>For how long something that failed before anything was stored is tried again.</summary>
    private static readonly TimeSpan Persistence = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlDataSource pool;
    private readonly TimeProvider time;
    private readonly DbContextOptions<PostgresDbContext> readOptions;
    private readonly DbContextOptions<PostgresDbContext> writeOptions;

    /// <summary>Takes over what <see cref="PostgresStart"/> has opened and migrated.</summary>
    public PostgresDatabase(NpgsqlDataSource pool, NpgsqlDataSource own, Epoch epoch, TimeProvider time)
    {
        this.pool = pool;
        this.time = time;
        Own = own;
        Epoch = epoch;
        var options = new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql(pool);
        writeOptions = options.Options;
        readOptions = options.AddInterceptors(new ReadOnlyTransaction()).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options;
    }

    /// <summary>The name of this database's history.</summary>
    public Epoch Epoch { get; }

    /// <summary>For what keeps a connection of its own.</summary>
    internal NpgsqlDataSource Own { get; }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken) => RunAsync(
        async (_, token) =>
        {
            await using var context = new PostgresDbContext(readOptions);
            await using var snapshot = await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, token);
            return await query(context, token);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> change, CancellationToken cancellationToken) => RunAsync(
        async (attempt, token) =>
        {
            await using var context = new PostgresDbContext(writeOptions);
            await using var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, token);
            context.Database.AutoSavepointsEnabled = false;
            var result = await change(context, token);
            attempt.IsCommitting = true;
            await transaction.CommitAsync(token);
            return result;
        },
        cancellationToken);

    /// <summary>Runs hand-written statements in one transaction and one round trip.</summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be written, or it is not known whether it was.</exception>
    internal Task WriteAsync(Action<NpgsqlBatch> fill, CancellationToken cancellationToken) => RunAsync(
        async (attempt, token) =>
        {
            await using var connection = await pool.OpenConnectionAsync(token);
            await using var batch = new NpgsqlBatch(connection);
            fill(batch);

            // Statements that are sent together are one transaction, which ends with the last of them.
            attempt.IsCommitting = true;
            return await batch.ExecuteNonQueryAsync(token);
        },
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        pool.Dispose();
        Own.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<Attempt, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            var attempt = new Attempt();
            try
            {
                // The driver keeps to the token wherever it can; a hanging server can still hold up how it gives up.
                return await run(attempt, either.Token).WaitAsync(Patience + Pause - time.GetElapsedTime(began), time, cancellationToken);
            }
            catch (Exception fault) when (attempt.MayTryAgain(fault) && time.GetElapsedTime(began) < Persistence)
            {
                await Task.Delay(Pause * (0.5 + Random.Shared.NextDouble()), time, cancellationToken);
            }
            catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
            {
                throw new DatabaseUnavailableException($"PostgreSQL did not answer within {Patience.TotalSeconds:0} s.", fault);
            }
            catch (Exception fault) when (PostgresFaults.IsOutage(fault))
            {
                throw PostgresFaults.Translate(fault);
            }
        }
    }

    /// <summary>One try of something; once its commit is under way it is not tried again unless the server refused it.</summary>
    private sealed class Attempt
    {
        public bool IsCommitting { get; set; }

        public bool MayTryAgain(Exception fault) => PostgresFaults.IsRace(fault) || (!IsCommitting && PostgresFaults.IsOutage(fault));
    }
}
