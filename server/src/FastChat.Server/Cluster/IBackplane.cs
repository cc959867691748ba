namespace FastChat.Server.Cluster;

/// <summary>
/// The bus between nodes. It carries hints: the database is the truth, and a hint that is lost delays something by
/// seconds but loses nothing. Hints of one publisher arrive in the order in which they were published; those of several
/// publishers in any.
/// </summary>
public interface IBackplane
{
    /// <summary>Hands a hint to every node; on this one it is handled before the call returns. Never blocks and never throws.</summary>
    void Publish(Hint hint);

    /// <summary>Hears of every hint from now on. The handler must not block, and may be called from several threads at once.</summary>
    void Subscribe(Action<Hint> handler);
}
