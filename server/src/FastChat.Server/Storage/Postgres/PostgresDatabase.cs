using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// PostgreSQL through a pool of connections: each read on one snapshot, each change in one transaction. Once the server has
/// started, what the database does not answer within seconds is given up, whatever keeps it.
/// </summary>
public sealed class PostgresDatabase : IDatabase, IDisposable
{
    /// <summary>How long a caller waits; less than the 5 s within which the contract promises an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>The same while the server starts: nobody waits for an answer yet, and everything happens for the first time.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>For how long something that failed before anything was stored is tried again.</summary>
    private static readonly TimeSpan Persistence = TimeSpan.FromSeconds(2);

    /// <summary>The same while the server starts, or for an operator's command: better late than refused.</summary>
    private static readonly TimeSpan StartPersistence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlDataSource pool;
    private readonly NpgsqlDataSource own;
    private readonly NpgsqlDataSource log;
    private readonly TimeProvider time;
    private readonly DbContextOptions<PostgresDbContext> readOptions;
    private readonly DbContextOptions<PostgresDbContext> writeOptions;
    private TimeSpan patience = StartPatience;
    private TimeSpan persistence = StartPersistence;

    /// <summary>Takes over what <see cref="PostgresStart"/> has opened and migrated.</summary>
    public PostgresDatabase(NpgsqlDataSource pool, NpgsqlDataSource own, NpgsqlDataSource log, Epoch epoch, TimeProvider time, ILoggerFactory loggers)
    {
        this.pool = pool;
        this.own = own;
        this.log = log;
        this.time = time;
        Epoch = epoch;
        Watch = new PostgresWatch(own, pool, time, loggers.CreateLogger<PostgresDatabase>());
        var options = new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql(pool);
        writeOptions = options.Options;
        readOptions = options.AddInterceptors(new ReadOnlyTransaction()).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options;
    }

    /// <summary>The name of this database's history.</summary>
    public Epoch Epoch { get; }

    /// <summary>Whether the database is there.</summary>
    internal PostgresWatch Watch { get; }

    /// <summary>From now on callers wait for answers, and not for longer than the contract promises.</summary>
    public void Started() => (patience, persistence) = (Patience, Persistence);

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

    /// <summary>The same, and reads what the first of them that answers says.</summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be written, or it is not known whether it was.</exception>
    internal Task<T> WriteAsync<T>(
        Action<NpgsqlBatch> fill, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken) => RunAsync(
        async (attempt, token) =>
        {
            await using var connection = await pool.OpenConnectionAsync(token);
            await using var batch = new NpgsqlBatch(connection);
            fill(batch);
            attempt.IsCommitting = true;
            await using var reader = await batch.ExecuteReaderAsync(token);
            var result = await read(reader, token);

            // A statement that failed is only heard of when its turn comes.
            while (await reader.NextResultAsync(token))
            {
            }

            return result;
        },
        cancellationToken);

    /// <summary>Opens a connection for the message log alone.</summary>
    internal ValueTask<NpgsqlConnection> OpenForLogAsync(CancellationToken cancellationToken) => log.OpenConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Watch.Dispose();
        pool.Dispose();
        own.Dispose();
        log.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<Attempt, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            await ReturnedAsync(persistence - time.GetElapsedTime(began), cancellationToken);
            var attempt = new Attempt();
            try
            {
                return await TryAsync(run, attempt, patience - time.GetElapsedTime(began), cancellationToken);
            }
            catch (Exception fault) when (attempt.MayTryAgain(fault) && time.GetElapsedTime(began) < persistence)
            {
                Note(fault);
                await Task.Delay(Pause * (0.5 + Random.Shared.NextDouble()), time, cancellationToken);
            }
            catch (Exception fault) when (PostgresFaults.IsOutage(fault))
            {
                Note(fault);
                throw PostgresFaults.Translate(fault);
            }
        }
    }

    /// <summary>
    /// One try within a time. The driver keeps to its timeouts wherever it can; but the way it gives up on a server that
    /// hangs can take longer than anybody wants to wait for it, and then it is left to do so by itself.
    /// </summary>
    private async Task<T> TryAsync<T>(
        Func<Attempt, CancellationToken, Task<T>> run, Attempt attempt, TimeSpan limit, CancellationToken cancellationToken)
    {
        var running = run(attempt, cancellationToken);
        if (!running.IsCompleted)
        {
            await ((Task)running).WaitAsync(limit, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!running.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new TimeoutException($"no answer within {limit.TotalSeconds:0.0} s");
            }
        }

        return await running;
    }

    /// <summary>Waits a while for a database that is away.</summary>
    private async Task ReturnedAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var present = Watch.Present;
        if (!present.IsCompleted)
        {
            var left = limit > TimeSpan.Zero ? limit : TimeSpan.Zero;
            await present.WaitAsync(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (!present.IsCompleted)
            {
                throw new DatabaseUnavailableException("PostgreSQL is away.");
            }
        }
    }

    private void Note(Exception fault)
    {
        if (PostgresFaults.IsGone(fault))
        {
            Watch.NoteAway(fault);
        }
    }

    /// <summary>One try of something; once its commit is under way it is not tried again unless the server refused it.</summary>
    private sealed class Attempt
    {
        public bool IsCommitting { get; set; }

        public bool MayTryAgain(Exception fault) => PostgresFaults.IsRace(fault) || (!IsCommitting && PostgresFaults.IsOutage(fault));
    }
}
