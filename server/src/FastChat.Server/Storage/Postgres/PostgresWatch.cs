using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// Knows whether the database is away. While it is, nobody hangs on it: callers are refused, or wait a little for its return,
/// which one connection looks out for. A server that hangs is as away as one that is gone.
/// </summary>
internal sealed partial class PostgresWatch(NpgsqlDataSource own, NpgsqlDataSource pool, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long one look may take; over that it is given up, whatever keeps it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource end = new();
    private TaskCompletionSource? away;

    /// <summary>Completes when the database is there; it is complete while it is.</summary>
    public Task Present
    {
        get
        {
            lock (gate)
            {
                return away?.Task ?? Task.CompletedTask;
            }
        }
    }

    /// <summary>Somebody could not reach the database.</summary>
    public void NoteAway(Exception fault)
    {
        lock (gate)
        {
            if (away is not null || end.IsCancellationRequested)
            {
                return;
            }

            away = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        LogAway(PostgresFaults.Reason(fault));

        // What the pool holds was connected to what is gone.
        pool.Clear();
        _ = LookOutAsync(time.GetTimestamp());
    }

    /// <summary>Stops looking out.</summary>
    public void Dispose() => end.Cancel();

    private async Task LookOutAsync(long since)
    {
        while (!await AnswersAsync())
        {
            if (end.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, time, CancellationToken.None);
        }

        TaskCompletionSource? returned;
        lock (gate)
        {
            (returned, away) = (away, null);
        }

        LogPresent(time.GetElapsedTime(since).TotalSeconds);
        returned?.SetResult();
    }

    private async Task<bool> AnswersAsync()
    {
        var look = LookAsync();
        try
        {
            await look.WaitAsync(Patience, time);
            return true;
        }
#pragma warning disable CA1031 // Whatever it is, the database can't be used yet.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private async Task LookAsync()
    {
        await using var connection = await own.OpenConnectionAsync(end.Token);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(CancellationToken.None);
    }

    [LoggerMessage(6102, LogLevel.Warning, "PostgreSQL is away: {Reason}. Callers are told UNAVAILABLE until it is back.")]
    private partial void LogAway(string reason);

    [LoggerMessage(6103, LogLevel.Warning, "PostgreSQL is back after {Seconds:0.0} s")]
    private partial void LogPresent(double seconds);
}
