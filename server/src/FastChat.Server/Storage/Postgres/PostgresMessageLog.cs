using System.Threading.Channels;
using FastChat.Protocol;
using FastChat.Server.Chats;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// The message log on PostgreSQL. All that wait, from all senders, go into one transaction of two round trips; while it runs the
/// next gather. The chats' rows are locked in it, so several nodes may write to the same chats; nothing is remembered between
/// transactions. A transaction of which nobody knows whether it was committed stays in front until that is found out.
/// </summary>
public sealed partial class PostgresMessageLog : BackgroundService, IMessageLog
{
    /// <summary>The most requests waiting; beyond that senders are told <c>UNAVAILABLE</c>. About 10 MB of 500-byte messages.</summary>
    private const int MostWaiting = 20_000;

    /// <summary>The most requests in one transaction; about 30 ms of work.</summary>
    private const int MostInBatch = 1_000;

    /// <summary>Races against other nodes that a batch loses until something else is suspected.</summary>
    private const int MostRaces = 10;

    /// <summary>From what age on a request that could not be stored is refused; one more try, which may hang, ends before the 5 s promised.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>When a sender has been told <c>UNAVAILABLE</c> by whoever waits for the answer.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(4.5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Channel<LogEntry> waiting = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private readonly PostgresDatabase database;
    private readonly LogSession session;
    private readonly AnswerPump pump;
    private readonly TimeProvider time;
    private readonly ILogger<PostgresMessageLog> logger;

    public PostgresMessageLog(PostgresDatabase database, AnswerPump pump, TimeProvider time, ILogger<PostgresMessageLog> logger)
    {
        this.database = database;
        this.pump = pump;
        this.time = time;
        this.logger = logger;
        session = new LogSession(database, time);
    }

    internal static Refusal Away =>
        new(ErrorCode.Unavailable, "The database can't be written; send again with the same message_id.", TimeSpan.FromSeconds(1));

    private static Refusal Bug => new(ErrorCode.InternalError, "The message could not be stored; the reason is in the server's log.");

    /// <inheritdoc/>
    public bool Enqueue(LogRequest request) => waiting.Writer.TryWrite(new LogEntry(request, time.GetTimestamp()));

    /// <summary>Connects and goes the whole way once with nothing to store, so that the first message waits for neither.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync([]);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Writes what waits, and refuses what can't be written now; then closes the connection.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        waiting.Writer.TryComplete();
        await stopping.CancelAsync();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
        session.Abandon();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        stopping.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new List<LogEntry>();
            while (batch.Count < MostInBatch && waiting.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            await StoreAsync(batch);
        }
    }

    /// <summary>Ends when each of the requests is stored, refused or found.</summary>
    private async Task StoreAsync(List<LogEntry> batch)
    {
        for (var races = 0; batch.Count > 0;)
        {
            var beganAt = time.GetTimestamp();
            if (await TryAsync(batch) is not { } fault)
            {
                pump.EnqueueCommitted(Requests(batch), beganAt);
                return;
            }

            var isRace = PostgresFaults.IsRace(fault) || PostgresFaults.IsUniqueViolation(fault);
            races += isRace ? 1 : 0;
            if ((isRace && races > MostRaces) || !(isRace || PostgresFaults.IsOutage(fault)))
            {
                await IsolateAsync(batch, fault, isRace ? Away : Bug);
                return;
            }

            await WaitAsync(isRace);
            RefuseWhatIsOld(batch);
        }
    }

    /// <summary>One try; what kept it from being stored, or null. Whether a try that was cut off was stored is noted on its requests.</summary>
    private async Task<Exception?> TryAsync(List<LogEntry> batch)
    {
        try
        {
            var rows = await session.AskAsync(batch);
            var decided = new LogBatch(rows, time);
            foreach (var entry in batch)
            {
                entry.Apply(decided, rows, isOverdue: entry.IsUnknown && time.GetElapsedTime(entry.CameAt) > Overdue);
            }

            await session.CommitAsync(rows, decided.Touched);
            return null;
        }
#pragma warning disable CA1031 // Whatever goes wrong is told to those who wait; the log goes on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (session.IsUnknown)
            {
                LogUnknown(batch.Count, PostgresFaults.Reason(fault));
                batch.ForEach(entry => entry.NoteUnknown());
            }

            session.Abandon();
            if (PostgresFaults.IsGone(fault))
            {
                database.Watch.NoteAway(fault);
            }

            return fault;
        }
    }

    /// <summary>One of them hits a bug: each is tried by itself, in order, so that only that one fails.</summary>
    private async Task IsolateAsync(List<LogEntry> batch, Exception fault, Refusal refusal)
    {
        if (batch.Count > 1)
        {
            LogIsolating(batch.Count, PostgresFaults.Reason(fault));
            foreach (var entry in batch)
            {
                await StoreAsync([entry]);
            }

            return;
        }

        LogFailed(fault);
        Refuse(batch, refusal);
    }

    private async Task WaitAsync(bool isRace)
    {
        await Task.Delay(Pause * (isRace ? Random.Shared.NextDouble() : 1), time, CancellationToken.None);
        if (!isRace)
        {
            // Not for long at a time: meanwhile requests grow old.
            await database.Watch.Present.WaitAsync(Pause * 5, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Refuses what can't be stored for too long: all that wait, once the oldest is too old, so that no sender's younger message is
    /// stored before an older one that was refused just then. What may be stored already stays, to be found out.
    /// </summary>
    private void RefuseWhatIsOld(List<LogEntry> batch)
    {
        var isStopping = stopping.IsCancellationRequested;
        var oldest = batch.Find(entry => !entry.IsUnknown) ?? (waiting.Reader.TryPeek(out var next) ? next : null);
        if (!isStopping && (oldest is null || time.GetElapsedTime(oldest.CameAt) < Patience))
        {
            return;
        }

        var old = batch.FindAll(entry => isStopping || !entry.IsUnknown);
        batch.RemoveAll(old.Contains);
        while (waiting.Reader.TryRead(out var entry))
        {
            old.Add(entry);
        }

        if (old.Count > 0)
        {
            LogRefused(old.Count);
            Refuse(old, Away);
        }
    }

    private void Refuse(List<LogEntry> entries, Refusal refusal)
    {
        foreach (var entry in entries)
        {
            entry.Request.Reset();
            entry.Request.Refuse(refusal);
        }

        LogMetrics.Failed(entries.Count);
        pump.Enqueue(Requests(entries));
    }

    private static List<LogRequest> Requests(List<LogEntry> entries) => entries.ConvertAll(entry => entry.Request);

    [LoggerMessage(6104, LogLevel.Warning, "It is not known whether a transaction of {Requests} requests was committed ({Reason}); that is found out before anything else is stored")]
    private partial void LogUnknown(int requests, string reason);

    [LoggerMessage(6105, LogLevel.Warning, "{Requests} requests to the message log could not be stored in time and are refused")]
    private partial void LogRefused(int requests);

    [LoggerMessage(6106, LogLevel.Warning, "{Requests} requests are tried one by one, since one of them fails: {Reason}")]
    private partial void LogIsolating(int requests, string reason);

    [LoggerMessage(6107, LogLevel.Error, "A request to the message log failed")]
    private partial void LogFailed(Exception fault);
}
