using System.Collections.Concurrent;

namespace FastChat.Server.Cluster;

/// <summary>
/// What this node knows of others: whether there may be any, and whether it has missed hints of theirs. Where it can't tell, it takes
/// it that there are.
/// </summary>
public sealed class Peers(TimeProvider time)
{
    /// <summary>A node that was not heard for so long is gone, or can't be heard.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, Peer> heard = new();
    private long inDatabase = -1;

    /// <summary>Hints of other nodes were lost, or may have been: the bus had a gap or was away.</summary>
    public event Action? HintsLost;

    /// <summary>The server is one of many that may come and go; false with the embedded database.</summary>
    public bool CanExist { get; init; }

    /// <summary>There may be other nodes now.</summary>
    public bool MayExist => CanExist && (Volatile.Read(ref inDatabase) != 0 || WasHeard());

    /// <summary>The database's list of nodes says how many others live.</summary>
    public void Counted(int others) => Volatile.Write(ref inDatabase, others);

    /// <summary>Something of another node was heard: its <paramref name="number"/>th.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="number">Consecutive from the start of the node.</param>
    internal void Note(Guid nodeId, long number)
    {
        var now = time.GetTimestamp();
        var isGap = heard.TryGetValue(nodeId, out var known) && number > known.Number + 1;
        heard[nodeId] = new Peer(number, now);
        if (isGap)
        {
            Lose();
        }
    }

    /// <summary>Tells all who keep something by hints to look into the database.</summary>
    internal void Lose() => HintsLost?.Invoke();

    private bool WasHeard()
    {
        var any = false;
        foreach (var (nodeId, peer) in heard)
        {
            if (time.GetElapsedTime(peer.At) < Remembered)
            {
                any = true;
            }
            else
            {
                heard.TryRemove(KeyValuePair.Create(nodeId, peer));
            }
        }

        return any;
    }

    private sealed record Peer(long Number, long At);
}
