using System.Threading.Channels;

namespace FastChat.Server.Chats;

/// <summary>
/// Completes requests in the log's order, one at a time, away from the thread that commits: so acks and frames go out
/// while the next transaction is being written.
/// </summary>
public sealed partial class AnswerPump(TimeProvider time, ILogger<AnswerPump> logger) : BackgroundService
{
    private readonly Channel<IReadOnlyList<LogRequest>> batches =
        Channel.CreateUnbounded<IReadOnlyList<LogRequest>>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Adds requests whose fate is known. What waits is bounded by what the log lets in.</summary>
    public void Enqueue(IReadOnlyList<LogRequest> requests) => batches.Writer.TryWrite(requests);

    /// <summary>Adds requests that were committed together.</summary>
    /// <param name="requests">The requests, in the log's order.</param>
    /// <param name="beganAt">The clock's timestamp at the transaction's first statement.</param>
    public void EnqueueCommitted(IReadOnlyList<LogRequest> requests, long beganAt)
    {
        var now = time.GetTimestamp();
        for (var i = 0; i < requests.Count; i++)
        {
            requests[i].CommittedAt = now;
        }

        var took = time.GetElapsedTime(beganAt, now);
        LogMetrics.Committed(requests.Count, took);
        MessageSpans.Committed(requests, took, time);
        Enqueue(requests);
    }

    /// <summary>Completes what is there, then ends.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        batches.Writer.TryComplete();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var batch in batches.Reader.ReadAllAsync(CancellationToken.None))
        {
            foreach (var request in batch)
            {
                Complete(request);
            }

            LogMetrics.Completed(batch);
        }
    }

    private void Complete(LogRequest request)
    {
        try
        {
            request.Complete();
        }
#pragma warning disable CA1031 // One answer that fails must not keep the others from going out.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogCompletionFailed(fault, request.GetType().Name);
        }
    }

    [LoggerMessage(3001, LogLevel.Error, "Completing a {Request} failed")]
    private partial void LogCompletionFailed(Exception fault, string request);
}
