using FastChat.Server.Chats;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// The log's own connection and the transaction on it, both bounded in time whatever the server does. After any fault it is
/// abandoned and the next try connects anew; if by then it is not known whether the last transaction was committed, it first
/// waits for that transaction's end.
/// </summary>
internal sealed class LogSession(PostgresDatabase database, TimeProvider time)
{
    /// <summary>How long connecting and the first round trip may take together.</summary>
    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(2);

    /// <summary>How long the second one may take, the commit included.</summary>
    private static readonly TimeSpan CommitTime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private NpgsqlConnection? connection;
    private Task running = Task.CompletedTask;
    private string? transaction;
    private string? unknown;

    /// <summary>A commit was sent and not answered.</summary>
    public bool IsUnknown { get; private set; }

    /// <summary>Begins a transaction that holds the rows of all chats concerned, and reads them.</summary>
    public async Task<LogRows> AskAsync(IReadOnlyList<LogEntry> entries)
    {
        IsUnknown = false;
        var began = time.GetTimestamp();
        TimeSpan Left() => TimeSpan.FromTicks(Math.Max(0, (AskTime - time.GetElapsedTime(began)).Ticks));
        connection ??= await OpenAsync(Left());
        if (unknown is { } number)
        {
            await WithinAsync(EndedAsync(connection, number, began), Left());
            unknown = null;
        }

        (var rows, transaction) = await WithinAsync(new LogQuestion(entries).AskAsync(connection, CancellationToken.None), Left());
        return rows;
    }

    /// <summary>Writes and commits.</summary>
    public async Task CommitAsync(LogRows rows, IReadOnlyCollection<ChatHead> touched)
    {
        try
        {
            await WithinAsync(LogAnswer.CommitAsync(connection!, rows, touched, CancellationToken.None), CommitTime);
        }
        catch (Exception fault) when (!PostgresFaults.IsAnswered(fault) && PostgresFaults.IsOutage(fault))
        {
            IsUnknown = true;
            unknown = transaction;
            throw;
        }
    }

    /// <summary>Gives the connection up; it is closed as soon as what runs on it has ended, which nobody waits for.</summary>
    public void Abandon()
    {
        if (connection is { } abandoned)
        {
            connection = null;
            _ = CloseAsync(abandoned, running);
        }
    }

    private static async Task CloseAsync(NpgsqlConnection abandoned, Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await abandoned.DisposeAsync();
    }

    private async Task<NpgsqlConnection> OpenAsync(TimeSpan limit)
    {
        var opening = database.OpenForLogAsync(CancellationToken.None).AsTask();
        try
        {
            return await opening.WaitAsync(limit, time);
        }
        catch (TimeoutException)
        {
            _ = CloseAsync(opening);
            throw;
        }
    }

    private static async Task CloseAsync(Task<NpgsqlConnection> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            await (await opening).DisposeAsync();
        }
    }

    private Task<T> WithinAsync<T>(Task<T> work, TimeSpan limit)
    {
        running = work;
        return work.WaitAsync(limit, time);
    }

    /// <summary>
    /// Waits until a transaction has ended, one way or the other. The server may still have had its commit to carry out when the
    /// connection broke; only after that is what is not found really not there.
    /// </summary>
    private async Task<bool> EndedAsync(NpgsqlConnection own, string number, long began)
    {
        await using var command = new NpgsqlCommand("SELECT pg_xact_status($1::xid8)", own);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = number });
        while (await StatusAsync(command) == "in progress")
        {
            await Task.Delay(Pause, time);
            if (time.GetElapsedTime(began) > AskTime)
            {
                throw new TimeoutException("a transaction whose connection is cut does not end");
            }
        }

        return true;
    }

    private static async Task<string?> StatusAsync(NpgsqlCommand command)
    {
        try
        {
            return await command.ExecuteScalarAsync() as string;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // A number that this server has not given out yet: it is another one, such as a stand-by that was promoted.
            return null;
        }
    }
}
