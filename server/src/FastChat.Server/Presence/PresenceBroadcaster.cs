using FastChat.Protocol;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Presence;

/// <summary>
/// Shows presence to connections, gathered (PR6): at most one frame a second and connection, the first after a quiet
/// second at once. Who is shown everybody hears of every change; who is not, of watched users and, within 5 s, of the
/// count. So a change costs as much as there are eyes on it, never users squared.
/// </summary>
public sealed class PresenceBroadcaster
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>When a change of the count alone is shown; under the 5 s promised, by more than a slow tick.</summary>
    private static readonly TimeSpan CountQuiet = TimeSpan.FromSeconds(4);

    private readonly Lock gate = new();
    private readonly PresenceTracker tracker;
    private readonly PresenceOptions options;
    private readonly TimeProvider time;
    private readonly HashSet<PresenceViewer> viewers = [];
    private readonly HashSet<PresenceViewer> complete = [];
    private readonly Dictionary<Guid, List<PresenceViewer>> byUser = [];
    private readonly Dictionary<Guid, HashSet<PresenceViewer>> watchers = [];

    public PresenceBroadcaster(PresenceTracker tracker, IOptions<PresenceOptions> options, TimeProvider time)
    {
        this.tracker = tracker;
        this.options = options.Value;
        this.time = time;
        tracker.Changed += userId => Note(userId, []);
    }

    /// <summary>Something may have to be shown.</summary>
    public event Action? Woken;

    /// <summary>Begins to show presence to a connection, with a full list of up to <see cref="PresenceOptions.ListedUsers"/>.</summary>
    public PresenceViewer Add(Guid userId, IPresenceOutput output)
    {
        var viewer = new PresenceViewer(userId, output) { NeedsFull = true, ShownAt = time.GetTimestamp() };

        // The first list is queued before anybody can find the viewer to show it changes.
        lock (gate)
        {
            viewers.Add(viewer);
            Index(byUser, userId, viewer);
            Show(viewer, time.GetTimestamp());
        }

        return viewer;
    }

    /// <summary>Ends it.</summary>
    public void Remove(PresenceViewer viewer)
    {
        lock (gate)
        {
            viewers.Remove(viewer);
            complete.Remove(viewer);
            Unindex(byUser, viewer.UserId, viewer);
            Unwatch(viewer);
        }
    }

    /// <summary>Replaces whom a connection watches.</summary>
    public void Watch(PresenceViewer viewer, IReadOnlyList<Guid> userIds)
    {
        lock (gate)
        {
            if (!viewers.Contains(viewer))
            {
                return;
            }

            Unwatch(viewer);
            viewer.Watched = [.. userIds.Distinct()];
            foreach (var userId in viewer.Watched)
            {
                Index(watchers, userId, viewer);
            }
        }
    }

    /// <summary>The answer to a connection's question for some users' states.</summary>
    public PresenceFrame Answer(PresenceViewer viewer, IReadOnlyList<PresenceBody> users, string? reference)
    {
        lock (gate)
        {
            viewer.ShownAt = time.GetTimestamp();
            return new PresenceFrame(false, viewer.IsComplete, users, tracker.OnlineCount, reference);
        }
    }

    /// <summary>A user's entry changed; besides those who see the user, all connections of <paramref name="alsoUsers"/> hear of it.</summary>
    public void Note(Guid userId, IEnumerable<Guid> alsoUsers)
    {
        lock (gate)
        {
            FollowCount(tracker.OnlineCount);
            foreach (var viewer in complete)
            {
                viewer.Pending.Add(userId);
            }

            foreach (var viewer in watchers.GetValueOrDefault(userId) ?? [])
            {
                viewer.Pending.Add(userId);
            }

            foreach (var viewer in alsoUsers.SelectMany(other => byUser.GetValueOrDefault(other) ?? []))
            {
                viewer.Pending.Add(userId);
            }
        }

        Woken?.Invoke();
    }

    /// <summary>Shows what is due; true if something is left that is not due yet.</summary>
    public bool ShowDue()
    {
        var now = time.GetTimestamp();
        List<PresenceViewer> due;
        bool left;
        lock (gate)
        {
            var count = tracker.OnlineCount;
            var dirty = viewers.Where(viewer => IsDirty(viewer, count)).ToList();
            due = dirty.FindAll(viewer => IsDue(viewer, now));
            left = dirty.Count > due.Count;
        }

        foreach (var viewer in due)
        {
            left |= !Show(viewer, now);
        }

        return left;
    }

    private static bool IsDirty(PresenceViewer viewer, int count) =>
        viewer.NeedsFull || viewer.Pending.Count > 0 || viewer.Told != (count, viewer.IsComplete);

    private bool IsDue(PresenceViewer viewer, long now)
    {
        var wait = viewer.NeedsFull || viewer.Pending.Count > 0 ? Quiet : CountQuiet;
        return time.GetElapsedTime(viewer.ShownAt, now) >= wait;
    }

    /// <summary>
    /// Shows a connection what it has not seen; false if its last frame has not gone out yet. All under the lock, so that
    /// frames go out in the order in which they were built; the output only queues.
    /// </summary>
    private bool Show(PresenceViewer viewer, long now)
    {
        lock (gate)
        {
            viewer.ShownAt = now;
            return viewer.NeedsFull ? ShowAll(viewer) : ShowChanges(viewer);
        }
    }

    private bool ShowAll(PresenceViewer viewer)
    {
        var count = tracker.OnlineCount;
        var entries = tracker.EntriesSeenLast(options.ListedUsers);
        viewer.Pending.Clear();
        viewer.IsComplete = count <= options.ListedUsers && entries.Count == count;

        // It may have been removed since it was found to be due.
        if (viewer.IsComplete && viewers.Contains(viewer))
        {
            complete.Add(viewer);
        }

        viewer.NeedsFull = !viewer.Output.TryShow(FrameWriter.EncodePresenceList(viewer.IsComplete, entries, count));
        if (!viewer.NeedsFull)
        {
            viewer.Told = (count, viewer.IsComplete);
        }

        return !viewer.NeedsFull;
    }

    private bool ShowChanges(PresenceViewer viewer)
    {
        var users = viewer.Pending.Select(tracker.Find).OfType<PresenceBody>().ToList();
        var frame = new PresenceFrame(false, viewer.IsComplete, users, tracker.OnlineCount);
        if (!viewer.Output.TryShow(FrameWriter.Encode(frame)))
        {
            // What was gathered is gathered still, for another second.
            return false;
        }

        viewer.Pending.Clear();
        viewer.Told = (frame.OnlineCount, frame.Complete);
        return true;
    }

    /// <summary>Above the bound nobody is shown everybody; under it, with some room, all are again.</summary>
    private void FollowCount(int count)
    {
        if (count > options.ListedUsers && complete.Count > 0)
        {
            foreach (var viewer in complete)
            {
                viewer.IsComplete = false;
                viewer.Pending.IntersectWith(viewer.Watched);
            }

            complete.Clear();
        }
        else if (count < options.ListedAgainUnder && complete.Count < viewers.Count)
        {
            foreach (var viewer in viewers.Where(viewer => !viewer.IsComplete))
            {
                viewer.NeedsFull = true;
            }
        }
    }

    private void Unwatch(PresenceViewer viewer)
    {
        foreach (var userId in viewer.Watched)
        {
            Unindex(watchers, userId, viewer);
        }
    }

    private static void Index<TSet>(Dictionary<Guid, TSet> index, Guid key, PresenceViewer viewer)
        where TSet : ICollection<PresenceViewer>, new()
    {
        if (!index.TryGetValue(key, out var set))
        {
            index.Add(key, set = new TSet());
        }

        set.Add(viewer);
    }

    private static void Unindex<TSet>(Dictionary<Guid, TSet> index, Guid key, PresenceViewer viewer)
        where TSet : ICollection<PresenceViewer>
    {
        if (index.TryGetValue(key, out var set) && set.Remove(viewer) && set.Count == 0)
        {
            index.Remove(key);
        }
    }
}
