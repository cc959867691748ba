using System.Collections.Concurrent;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>
/// Notes when sessions were last seen and by what client, and writes it in batches: thousands of clients that connect
/// again at once must not cost a transaction each. What a crash loses of it is seconds of <c>last_seen</c>.
/// </summary>
public sealed partial class SessionActivity(IDatabase database, TimeProvider time, ILogger<SessionActivity> logger) : BackgroundService
{
    /// <summary>A session that was seen less than this ago is not written again, unless its client changed.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(2);

    /// <summary>Sessions written in one transaction, so that messages never wait long behind it.</summary>
    private const int BatchSize = 200;

    private readonly ConcurrentDictionary<Guid, Seen> pending = new();

    /// <summary>What the last round has written: who had read a session just before still needs it.</summary>
    private volatile ConcurrentDictionary<Guid, Seen> written = new();

    /// <summary>Notes that a session is in use. Never waits.</summary>
    /// <param name="session">The session as it was stored.</param>
    /// <param name="client">What the client calls itself; null leaves what is known.</param>
    public void Note(Session session, string? client)
    {
        BringUpToDate(session);
        var now = time.GetUtcNow();
        var name = client is null ? session.Client : ClientName.Cut(client);
        if (now - session.LastSeen >= Resolution || name != session.Client)
        {
            pending[session.SessionId] = new Seen(now, name);
        }
    }

    /// <summary>Puts what was noted into a session that was read, if it was not written yet or only while it was read.</summary>
    public void BringUpToDate(Session session)
    {
        if ((pending.TryGetValue(session.SessionId, out var seen) || written.TryGetValue(session.SessionId, out seen)) && seen.At >= session.LastSeen)
        {
            session.LastSeen = seen.At;
            session.Client = seen.Client;
        }
    }

    /// <summary>Writes what was noted so far.</summary>
    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        written = new ConcurrentDictionary<Guid, Seen>();

        // In one order on every node, so that two of them never wait for each other's rows.
        foreach (var batch in pending.ToArray().OrderBy(entry => entry.Key).Chunk(BatchSize))
        {
            await database.WriteAsync(
                async (context, cancellation) =>
                {
                    foreach (var (sessionId, seen) in batch)
                    {
                        await context.Set<Session>()
                            .Where(session => session.SessionId == sessionId && session.LastSeen <= seen.At)
                            .ExecuteUpdateAsync(
                                set => set.SetProperty(session => session.LastSeen, seen.At).SetProperty(session => session.Client, seen.Client),
                                cancellation);
                    }

                    return batch.Length;
                },
                cancellationToken);
            foreach (var entry in batch)
            {
                // Taken out only if nothing newer was noted meanwhile.
                written[entry.Key] = entry.Value;
                pending.TryRemove(entry);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WriteEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryWriteAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await TryWriteAsync();
        }
    }

    private async Task TryWriteAsync()
    {
        try
        {
            await WriteAsync(CancellationToken.None);
        }
        catch (DatabaseUnavailableException fault)
        {
            LogAway(pending.Count, fault.Message);
        }
#pragma warning disable CA1031 // What could not be written stays noted; the next round tries again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotWritten(fault, pending.Count);
        }
    }

    [LoggerMessage(1003, LogLevel.Warning, "When {Count} sessions were last seen could not be written; it is tried again")]
    private partial void LogNotWritten(Exception fault, int count);

    [LoggerMessage(1004, LogLevel.Warning, "When {Count} sessions were last seen could not be written, and is tried again: {Reason}")]
    private partial void LogAway(int count, string reason);

    private sealed record Seen(DateTimeOffset At, string Client);
}
