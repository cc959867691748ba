using System.Collections.Immutable;
using FastChat.Protocol;

namespace FastChat.Server.Presence;

/// <summary>Where presence frames go: a connection that is live.</summary>
public interface IPresenceOutput
{
    /// <summary>Takes a frame, unless the last one has still not gone out: then false, and its changes stay gathered.</summary>
    bool TryShow(ReadOnlyMemory<byte> frame);
}

/// <summary>What one connection has been shown of who is here, and what it has still to be shown. Guarded by the broadcaster's lock.</summary>
public sealed class PresenceViewer
{
    internal PresenceViewer(Guid userId, IPresenceOutput output)
    {
        UserId = userId;
        Output = output;
    }

    /// <summary>Whose connection it is.</summary>
    public Guid UserId { get; }

    internal IPresenceOutput Output { get; }

    /// <summary>Who has blocked this user and so is shown as offline, last seen then.</summary>
    internal ImmutableDictionary<Guid, DateTimeOffset> Hidden { get; set; } = ImmutableDictionary<Guid, DateTimeOffset>.Empty;

    /// <summary>It knows everybody, and hears of every change.</summary>
    internal bool IsComplete { get; set; }

    /// <summary>It is to get a new full list.</summary>
    internal bool NeedsFull { get; set; }

    /// <summary>Whose entries changed since the last frame.</summary>
    internal HashSet<Guid> Pending { get; } = [];

    /// <summary>Whose changes it wants to hear of in any case.</summary>
    internal IReadOnlyList<Guid> Watched { get; set; } = [];

    /// <summary>The count, and whether it was told that its list is whole, as the last frame said.</summary>
    internal (int OnlineCount, bool Complete) Told { get; set; }

    /// <summary>The clock's timestamp of the last frame.</summary>
    internal long ShownAt { get; set; }

    /// <summary>Changes of this user are shown as they come: it sees everybody, or watches them.</summary>
    internal bool Follows(Guid userId) => IsComplete || Watched.Contains(userId);

    /// <summary>Of those who are here, how many this viewer is to know of.</summary>
    /// <param name="tracker">Who is here.</param>
    /// <param name="all">How many that are.</param>
    internal int CountOf(PresenceTracker tracker, int all) => Hidden.IsEmpty ? all : all - tracker.CountHere(Hidden.Keys);
}

/// <summary>How the blocked see their blockers.</summary>
internal static class PresenceMask
{
    /// <summary>A user's state as it is shown to somebody from whom the users of <paramref name="hidden"/> hide.</summary>
    public static PresenceBody For(this PresenceBody state, ImmutableDictionary<Guid, DateTimeOffset> hidden) =>
        hidden.TryGetValue(state.UserId, out var lastSeen) ? state with { Status = PresenceStatus.Offline, LastSeen = lastSeen } : state;
}
