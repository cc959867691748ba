using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Something to be written. All three calls come from the writer's own thread and must not block on others.</summary>
public interface ISqliteWork
{
    /// <summary>Writes within the transaction. An exception undoes this work alone.</summary>
    void Execute(SqliteConnection connection, SqliteTransaction transaction);

    /// <summary>The transaction is committed and on disk.</summary>
    void Committed();

    /// <summary>Nothing of this work is stored (or, after a failed commit, it is not known).</summary>
    void Failed(Exception fault);
}

/// <summary>
/// The only connection that writes, and so the only one that checkpoints: up to SQLite 3.51.2 a write racing a checkpoint
/// from a second connection can corrupt the WAL. Whatever is waiting goes into one transaction, so that one fdatasync
/// serves all (group commit). It has a thread of its own, because a pool thread that waits for the disk is missing elsewhere.
/// </summary>
public sealed partial class SqliteWriter : IDisposable
{
    /// <summary>The most works in one transaction; it bounds how long the first of them waits for its commit.</summary>
    private const int MaxWorks = 256;

    private readonly BlockingCollection<ISqliteWork> queue = [];
    private readonly SqliteConnection connection;
    private readonly ILogger<SqliteWriter> logger;
    private readonly Thread thread;
    private bool isDisposed;

    /// <summary>Starts writing on a connection that is open and becomes the writer's own.</summary>
    public SqliteWriter(SqliteConnection connection, ILogger<SqliteWriter> logger)
    {
        this.connection = connection;
        this.logger = logger;
        thread = new Thread(Run) { Name = "SQLite writer", IsBackground = true };
        thread.Start();
    }

    /// <summary>Adds work to the next transaction; works run in the order in which they were added.</summary>
    /// <exception cref="DatabaseUnavailableException">The server is stopping.</exception>
    public void Enqueue(ISqliteWork work)
    {
        try
        {
            queue.Add(work);
        }
        catch (InvalidOperationException fault)
        {
            throw new DatabaseUnavailableException("The database is closed.", fault);
        }
    }

    /// <summary>Writes what is waiting, then closes the connection.</summary>
    public void Dispose()
    {
        // The container knows the database under more than one name and disposes it once for each.
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
        connection.Dispose();
    }

    private void Run()
    {
        var batch = new List<ISqliteWork>(MaxWorks);
        foreach (var first in queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < MaxWorks && queue.TryTake(out var next))
            {
                batch.Add(next);
            }

            RunBatch(batch);
            batch.Clear();
        }
    }

#pragma warning disable CA1031 // Whatever goes wrong is handed to those who wait for the write; the thread goes on.
    private void RunBatch(List<ISqliteWork> batch)
    {
        try
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            for (var i = 0; i < batch.Count; i++)
            {
                if (!Execute(batch[i], transaction, alone: batch.Count == 1))
                {
                    // Undone and told so; those before it keep their order.
                    batch.RemoveAt(i--);
                }
            }

            if (batch.Count > 0)
            {
                transaction.Commit();
            }
        }
        catch (Exception fault)
        {
            FailAll(batch, fault);
            return;
        }

        foreach (var work in batch)
        {
            work.Committed();
        }
    }

    /// <summary>Runs one work behind a savepoint; false if it failed and was undone alone.</summary>
    private bool Execute(ISqliteWork work, SqliteTransaction transaction, bool alone)
    {
        if (!alone)
        {
            transaction.Save("work");
        }

        try
        {
            work.Execute(connection, transaction);
        }
        catch (Exception fault) when (raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            // Otherwise a full disk or an I/O error has ended the whole transaction, and all of the batch fails.
            if (!alone)
            {
                transaction.Rollback("work");
            }

            if (fault is not OperationCanceledException)
            {
                // Who went away before it was their turn is no failure, and must not fill the log.
                LogWorkFailed(fault);
            }

            work.Failed(SqliteFaults.Translate(fault));
            return false;
        }

        if (!alone)
        {
            transaction.Release("work");
        }

        return true;
    }
#pragma warning restore CA1031

    private void FailAll(List<ISqliteWork> works, Exception fault)
    {
        var translated = SqliteFaults.Translate(fault);
        LogTransactionFailed(fault, works.Count);
        foreach (var work in works)
        {
            work.Failed(translated);
        }
    }

    [LoggerMessage(6002, LogLevel.Error, "A write failed and was undone")]
    private partial void LogWorkFailed(Exception fault);

    [LoggerMessage(6001, LogLevel.Error, "A transaction of {Works} writes failed")]
    private partial void LogTransactionFailed(Exception fault, int works);
}
