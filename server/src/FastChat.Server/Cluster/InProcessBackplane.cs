namespace FastChat.Server.Cluster;

/// <summary>The bus of a single node.</summary>
public sealed class InProcessBackplane(ILogger<InProcessBackplane> logger) : IBackplane
{
    private readonly HintListeners listeners = new(logger);

    /// <inheritdoc/>
    public void Publish(Hint hint) => listeners.Tell(hint);

    /// <inheritdoc/>
    public void Subscribe(Action<Hint> handler) => listeners.Add(handler);
}
