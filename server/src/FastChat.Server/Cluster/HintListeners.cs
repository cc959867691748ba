using System.Collections.Immutable;

namespace FastChat.Server.Cluster;

/// <summary>Those on this node who hear hints; a fault in one of them keeps nothing from the others.</summary>
internal sealed partial class HintListeners(ILogger logger)
{
    private ImmutableArray<Action<Hint>> handlers = [];

    /// <summary>Adds one.</summary>
    public void Add(Action<Hint> handler) => ImmutableInterlocked.Update(ref handlers, list => list.Add(handler));

    /// <summary>Tells all of them, one after the other.</summary>
    public void Tell(Hint hint)
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

    [LoggerMessage(7001, LogLevel.Error, "A listener failed on a {Hint}")]
    private partial void LogHandlerFailed(Exception fault, string hint);
}
