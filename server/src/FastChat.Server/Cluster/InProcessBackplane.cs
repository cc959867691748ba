using System.Collections.Immutable;

namespace FastChat.Server.Cluster;

/// <summary>The bus of a single node: a hint is handled before <see cref="Publish"/> returns.</summary>
public sealed partial class InProcessBackplane(ILogger<InProcessBackplane> logger) : IBackplane
{
    private ImmutableArray<Action<Hint>> handlers = [];

    /// <inheritdoc/>
    public void Publish(Hint hint)
    {
        foreach (var handler in handlers)
        {
            try
            {
                handler(hint);
            }
#pragma warning disable CA1031 // A fault in one listener must not keep the hint from the others.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogHandlerFailed(fault, hint.GetType().Name);
            }
        }
    }

    /// <inheritdoc/>
    public void Subscribe(Action<Hint> handler) => ImmutableInterlocked.Update(ref handlers, list => list.Add(handler));

    [LoggerMessage(7001, LogLevel.Error, "A listener failed on a {Hint}")]
    private partial void LogHandlerFailed(Exception fault, string hint);
}
