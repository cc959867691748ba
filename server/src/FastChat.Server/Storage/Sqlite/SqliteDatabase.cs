using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>
/// The embedded database, opened: one connection that writes (<see cref="SqliteWriter"/>), and read-only ones, which can
/// neither write nor checkpoint, for everything else.
/// </summary>
public sealed class SqliteDatabase : IDatabase, IDisposable
{
    private readonly SqliteFile file;
    private readonly DbContextOptions<SqliteDbContext> readOptions;
    private readonly string readConnectionString;

    /// <summary>Takes over what <see cref="SqliteStart"/> has opened and migrated.</summary>
    public SqliteDatabase(SqliteFile file, string path, SqliteConnection writing, Epoch epoch, ILogger<SqliteWriter> logger)
    {
        this.file = file;
        Epoch = epoch;
        Writer = new SqliteWriter(writing, logger);
        readConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadOnly,
            DefaultTimeout = SqliteStart.BusySeconds,
        }.ToString();
        readOptions = new DbContextOptionsBuilder<SqliteDbContext>()
            .UseSqlite(readConnectionString)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .Options;
    }

    /// <summary>The name of this database's history.</summary>
    public Epoch Epoch { get; }

    /// <summary>Where hand-written batches go; they share transactions with what <see cref="WriteAsync"/> writes.</summary>
    public SqliteWriter Writer { get; }

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        try
        {
            await using var context = new SqliteDbContext(readOptions);
            await context.Database.OpenConnectionAsync(cancellationToken);
            var connection = (SqliteConnection)context.Database.GetDbConnection();
            await using var snapshot = connection.BeginTransaction(deferred: true);
            await context.Database.UseTransactionAsync(snapshot, cancellationToken);
            return await query(context, cancellationToken);
        }
        catch (Exception fault) when (SqliteFaults.IsOutage(fault))
        {
            throw SqliteFaults.Translate(fault);
        }
    }

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> change, CancellationToken cancellationToken)
    {
        var work = new ContextWork<T>(change, cancellationToken);
        Writer.Enqueue(work);
        return work.Done;
    }

    /// <summary>Runs hand-written statements, with parameters <c>$1</c>, <c>$2</c> …, in one transaction.</summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be written.</exception>
    internal Task WriteAsync(Action<RunStatement> change, CancellationToken cancellationToken)
    {
        var work = new StatementWork(change, cancellationToken);
        Writer.Enqueue(work);
        return work.Done;
    }

    /// <summary>Writes what waits, closes all connections, then lets another process have the file.</summary>
    public void Dispose()
    {
        using (var reading = new SqliteConnection(readConnectionString))
        {
            SqliteConnection.ClearPool(reading);
        }

        Writer.Dispose();
        file.Dispose();
    }

    /// <summary>Runs one of the program's own statements.</summary>
    internal delegate void RunStatement(string sql, params ReadOnlySpan<object> values);

    /// <summary>Hand-written statements, each compiled once a transaction.</summary>
    private sealed class StatementWork(Action<RunStatement> change, CancellationToken cancellationToken) : ISqliteWork
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => done.Task;

        public void Execute(SqliteConnection connection, SqliteTransaction transaction)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var prepared = new Dictionary<string, PreparedStatement>(StringComparer.Ordinal);
            change((sql, values) =>
            {
                if (!prepared.TryGetValue(sql, out var statement))
                {
                    prepared.Add(sql, statement = new PreparedStatement(connection, sql) { Transaction = transaction });
                }

                statement.Run(values);
            });
            foreach (var statement in prepared.Values)
            {
                statement.Dispose();
            }
        }

        public void Committed() => done.TrySetResult();

        public void Failed(Exception fault) => done.TrySetException(fault);
    }

    /// <summary>A change through EF Core, on the writer's connection and inside its transaction.</summary>
    private sealed class ContextWork<T>(Func<FastChatDbContext, CancellationToken, Task<T>> change, CancellationToken cancellationToken)
        : ISqliteWork
    {
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Done => done.Task;

        public void Execute(SqliteConnection connection, SqliteTransaction transaction)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var options = new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite(connection).Options;
            using var context = new SqliteDbContext(options);
            context.Database.AutoSavepointsEnabled = false;
            context.Database.UseTransaction(transaction);
            var task = change(context, cancellationToken);
            if (!task.IsCompleted)
            {
                throw new InvalidOperationException("a change awaits nothing but its context, which is synchronous on SQLite");
            }

#pragma warning disable VSTHRD002 // It is complete, as SQLite's calls are; this reads its value or its exception.
            result = task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }

        public void Committed() => done.TrySetResult(result!);

        public void Failed(Exception fault)
        {
            if (fault is OperationCanceledException)
            {
                done.TrySetCanceled(cancellationToken);
            }
            else
            {
                done.TrySetException(fault);
            }
        }
    }
}
