using FastChat.Server.Cluster;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>Learns of sessions that another node has revoked from the database, where the bus did not tell (ID3: within 10 s).</summary>
internal sealed partial class RevocationCheck(
    IDatabase database, RevokedSessions revoked, Peers peers, TimeProvider time, ILogger<RevocationCheck> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>How far it looks back behind its last look: what a commit takes, and the nodes' clocks are apart.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var checkedUpTo = time.GetUtcNow();
        using var timer = new PeriodicTimer(Period, time);
        while (peers.CanExist && await timer.WaitForNextTickAsync(stoppingToken))
        {
            var began = time.GetUtcNow();
            if (!peers.MayExist || await CheckAsync(checkedUpTo - Overlap, stoppingToken))
            {
                checkedUpTo = began;
            }
        }
    }

    private async Task<bool> CheckAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            var recent = await database.ReadAsync(
                (db, ct) => db.Set<Session>().Where(session => session.RevokedAt > since).Select(session => session.SessionId).ToListAsync(ct),
                cancellationToken);
            recent.ForEach(revoked.Remember);
            return true;
        }
        catch (DatabaseUnavailableException)
        {
            return false;
        }
#pragma warning disable CA1031 // The next look may succeed; without it a revoked session could go on for long.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogFailed(fault);
            return false;
        }
    }

    [LoggerMessage(1010, LogLevel.Error, "Looking into the database for revoked sessions failed")]
    private partial void LogFailed(Exception fault);
}
