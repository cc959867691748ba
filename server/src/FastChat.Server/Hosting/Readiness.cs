using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Hosting;

/// <summary>Whether this node can serve; what a load balancer asks.</summary>
public sealed class Readiness(IDatabase database, TimeProvider time)
{
    /// <summary>How long the database may take to answer.</summary>
    private static readonly TimeSpan DatabaseTimeout = TimeSpan.FromSeconds(2);

    private volatile bool stopping;
    private volatile bool hasNoLease;

    /// <summary>From now on this node is not ready; what it serves already goes on.</summary>
    public void StopServing() => stopping = true;

    /// <summary>The other nodes took this one for dead, and it has not begun anew yet; or it has.</summary>
    public void NoteLease(bool isLost) => hasNoLease = isLost;

    /// <summary>The part that keeps this node from serving (<c>stopping</c>, <c>lease</c>, <c>database</c>), or null if it can.</summary>
    internal async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        if (stopping)
        {
            return "stopping";
        }

        if (hasNoLease)
        {
            return "lease";
        }

        using var timeout = new CancellationTokenSource(DatabaseTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await database
                .ReadAsync((context, cancellation) => context.Database.ExecuteSqlRawAsync("SELECT 1", cancellation), either.Token)
                .WaitAsync(either.Token);
            return null;
        }
#pragma warning disable CA1031 // Whatever it is, the database can't be used; the next ordinary call logs it.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return "database";
        }
    }
}
