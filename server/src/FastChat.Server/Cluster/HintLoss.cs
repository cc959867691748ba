namespace FastChat.Server.Cluster;

/// <summary>
/// The waiting of somebody who looks into the database from time to time, and at once when hints of other nodes were lost. A loss during a
/// look is kept for the next wait.
/// </summary>
public sealed class HintLoss : IDisposable
{
    private readonly Peers peers;
    private readonly TimeProvider time;
    private TaskCompletionSource lost = Fresh();

    public HintLoss(Peers peers, TimeProvider time)
    {
        this.peers = peers;
        this.time = time;
        peers.HintsLost += Note;
    }

    /// <summary>Ends when hints were lost, or after <paramref name="period"/>.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task WaitAsync(TimeSpan period, CancellationToken cancellationToken)
    {
        await lost.Task.WaitAsync(period, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        Volatile.Write(ref lost, Fresh());
    }

    /// <inheritdoc/>
    public void Dispose() => peers.HintsLost -= Note;

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Note() => Volatile.Read(ref lost).TrySetResult();
}
