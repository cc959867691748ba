using System.Collections.Concurrent;
using FastChat.Protocol;
using FastChat.Server.Chats;
using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>
/// The message log on SQLite. Requests wait in a queue of their own; when the writer comes to this work it takes all that
/// are there, from all senders, into the running transaction.
/// </summary>
public sealed partial class SqliteMessageLog : IMessageLog
{
    /// <summary>The most requests waiting; beyond that senders are told <c>UNAVAILABLE</c>. About 10 MB of 500-byte messages.</summary>
    private const int MostWaiting = 20_000;

    /// <summary>The most requests in one transaction; about 20 ms of work.</summary>
    private const int MostInBatch = 1_000;

    private readonly ConcurrentQueue<LogRequest> waiting = new();
    private readonly SqliteWriter writer;
    private readonly AnswerPump pump;
    private readonly TimeProvider time;
    private readonly SqliteChatStatements statements = new();
    private readonly SqliteChatCache cache = new();
    private readonly SqliteChatRows rows;
    private readonly ILogger<SqliteMessageLog> logger;
    private int count;
    private int scheduled;

    public SqliteMessageLog(SqliteDatabase database, AnswerPump pump, TimeProvider time, ILogger<SqliteMessageLog> logger)
    {
        writer = database.Writer;
        this.pump = pump;
        this.logger = logger;
        this.time = time;
        rows = new SqliteChatRows(statements, cache);
    }

    /// <inheritdoc/>
    public bool Enqueue(LogRequest request)
    {
        if (Interlocked.Increment(ref count) > MostWaiting)
        {
            Interlocked.Decrement(ref count);
            return false;
        }

        waiting.Enqueue(request);
        Schedule();
        return true;
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref scheduled, 1) == 0)
        {
            writer.Enqueue(new Batch(this));
        }
    }

    private List<LogRequest> TakeWaiting()
    {
        // Cleared before the queue is read: who enqueues after that schedules anew, and nobody is left behind.
        Volatile.Write(ref scheduled, 0);
        var requests = new List<LogRequest>(Math.Min(Volatile.Read(ref count), MostInBatch));
        while (requests.Count < MostInBatch && waiting.TryDequeue(out var request))
        {
            requests.Add(request);
        }

        Interlocked.Add(ref count, -requests.Count);
        if (!waiting.IsEmpty)
        {
            Schedule();
        }

        return requests;
    }

    [LoggerMessage(6003, LogLevel.Warning, "{Requests} requests to the message log failed")]
    private partial void LogBatchFailed(Exception fault, int requests);

    /// <summary>One transaction's share of requests: those given, or else what is waiting.</summary>
    private sealed class Batch(SqliteMessageLog log, LogRequest? alone = null) : ISqliteWork
    {
        private List<LogRequest> requests = [];
        private long beganAt;

        public void Execute(SqliteConnection connection, SqliteTransaction transaction)
        {
            beganAt = log.time.GetTimestamp();
            requests = alone is null ? log.TakeWaiting() : [alone];
            log.statements.Attach(connection, transaction);
            log.cache.Trim();
            var batch = new LogBatch(log.rows, log.time);
            foreach (var request in requests)
            {
                batch.Apply(request);
            }

            log.rows.Flush(batch.Touched);
        }

        public void Committed() => log.pump.EnqueueCommitted(requests, beganAt);

        public void Failed(Exception fault)
        {
            log.cache.Forget();

            // A transaction that could not even begin has not come to Execute; its requests fail with it.
            if (requests.Count == 0)
            {
                requests = alone is null ? log.TakeWaiting() : [alone];
            }

            log.LogBatchFailed(fault, requests.Count);
            if (fault is not DatabaseUnavailableException && requests.Count > 1)
            {
                // One of them hits a bug: each is tried by itself, in order, so that only that one fails.
                requests.ForEach(request => log.writer.Enqueue(new Batch(log, request)));
                return;
            }

            LogMetrics.Failed(requests.Count);
            foreach (var request in requests)
            {
                request.Refuse(fault is DatabaseUnavailableException ? Away : Bug);
            }

            log.pump.Enqueue(requests);
        }

        private static Refusal Away =>
            new(ErrorCode.Unavailable, "The database can't be written; send again with the same message_id.", TimeSpan.FromSeconds(1));

        private static Refusal Bug => new(ErrorCode.InternalError, "The message could not be stored; the reason is in the server's log.");
    }
}
