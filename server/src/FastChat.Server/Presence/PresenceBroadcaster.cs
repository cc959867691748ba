using FastChat.Protocol;
using FastChat.Server.Blocks;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Presence;

/// <summary>
/// Shows presence to connections, gathered (PR6): at most one frame a second and connection, the first after a quiet
/// second at once. Who is shown everybody hears of every change; who is not, of watched users and, within 5 s, of the
/// count. So a change costs as much as there are eyes on it, never users squared. Who has blocked a viewer's user is offline for
/// that viewer, in the count too, and nothing that they do makes a frame (BL6).
/// </summary>
public sealed class PresenceBroadcaster
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>When a change of the count alone is shown; under the 5 s promised, by more than a slow tick.</summary>
    private static readonly TimeSpan CountQuiet = TimeSpan.FromSeconds(4);

    private readonly Lock gate = new();
    private readonly PresenceTracker tracker;
    private readonly BlockIndex blocks;
    private readonly PresenceOptions options;
    private readonly TimeProvider time;
    private readonly HashSet<PresenceViewer> viewers = [];
    private readonly HashSet<PresenceViewer> complete = [];
    private readonly HashSet<PresenceViewer> blinkered = [];
    private readonly Dictionary<Guid, List<PresenceViewer>> byUser = [];
    private readonly Dictionary<Guid, HashSet<PresenceViewer>> watchers = [];

    public PresenceBroadcaster(PresenceTracker tracker, BlockIndex blocks, IOptions<PresenceOptions> options, TimeProvider time)
    {
        this.tracker = tracker;
        this.blocks = blocks;
        this.options = options.Value;
        this.time = time;
        tracker.Changed += userId => Gather(userId, [], alsoIfHidden: false);
        blocks.Changed += NoteBlock;
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
            PresenceMetrics.ViewersChanged(1);
            Index(byUser, userId, viewer);
            Blinker(viewer);
            Show(viewer, time.GetTimestamp());
        }

        return viewer;
    }

    /// <summary>Ends it.</summary>
    public void Remove(PresenceViewer viewer)
    {
        lock (gate)
        {
            PresenceMetrics.ViewersChanged(viewers.Remove(viewer) ? -1 : 0);
            complete.Remove(viewer);
            blinkered.Remove(viewer);
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
            var shown = users.Select(user => user.For(viewer.Hidden)).ToList();
            return new PresenceFrame(false, viewer.IsComplete, shown, viewer.CountOf(tracker, tracker.OnlineCount), reference);
        }
    }

    /// <summary>A user has a new name; besides those who see the user, all connections of <paramref name="alsoUsers"/> hear of it.</summary>
    public void Note(Guid userId, IEnumerable<Guid> alsoUsers) => Gather(userId, alsoUsers, alsoIfHidden: true);

    /// <summary>Shows what is due; true if something is left that is not due yet.</summary>
    public bool ShowDue()
    {
        var now = time.GetTimestamp();
        List<PresenceViewer> due;
        bool left;
        lock (gate)
        {
            var count = tracker.OnlineCount;
            var dirty = viewers.Where(viewer => IsDirty(viewer, viewer.CountOf(tracker, count))).ToList();
            due = dirty.FindAll(viewer => IsDue(viewer, now));
            left = dirty.Count > due.Count;
        }

        foreach (var viewer in due)
        {
            left |= !Show(viewer, now);
        }

        return left;
    }

    private void Gather(Guid userId, IEnumerable<Guid> alsoUsers, bool alsoIfHidden)
    {
        lock (gate)
        {
            FollowCount(tracker.OnlineCount);
            IEnumerable<PresenceViewer> watching = watchers.GetValueOrDefault(userId) ?? [];
            var also = alsoUsers.SelectMany(other => byUser.GetValueOrDefault(other) ?? []);
            foreach (var viewer in complete.Concat(watching).Concat(also))
            {
                if (alsoIfHidden || viewer.Hidden.IsEmpty || !viewer.Hidden.ContainsKey(userId))
                {
                    viewer.Pending.Add(userId);
                }
            }
        }

        Woken?.Invoke();
    }

    /// <summary>To the connections of who was blocked it is as if the other had left, or has come if the block has ended.</summary>
    private void NoteBlock(Guid blockerId, Guid blockedId)
    {
        lock (gate)
        {
            var isHere = tracker.CountHere([blockerId]) > 0;
            foreach (var viewer in byUser.GetValueOrDefault(blockedId) ?? [])
            {
                Blinker(viewer);
                if (isHere && viewer.Follows(blockerId))
                {
                    viewer.Pending.Add(blockerId);
                }
            }

            FollowCount(tracker.OnlineCount);
        }

        Woken?.Invoke();
    }

    private void Blinker(PresenceViewer viewer)
    {
        viewer.Hidden = blocks.BlockersOf(viewer.UserId);
        if (viewer.Hidden.IsEmpty)
        {
            blinkered.Remove(viewer);
        }
        else
        {
            blinkered.Add(viewer);
        }
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
        var (entries, count) = tracker.List(options.ListedUsers, viewer.Hidden);
        viewer.Pending.Clear();
        viewer.IsComplete = entries.Count == count;

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
        var users = viewer.Pending.Select(tracker.Find).OfType<PresenceBody>().Select(user => user.For(viewer.Hidden)).ToList();
        var frame = new PresenceFrame(false, viewer.IsComplete, users, viewer.CountOf(tracker, tracker.OnlineCount));
        if (!viewer.Output.TryShow(FrameWriter.Encode(frame)))
        {
            // What was gathered is gathered still, for another second.
            return false;
        }

        viewer.Pending.Clear();
        viewer.Told = (frame.OnlineCount, frame.Complete);
        return true;
    }

    /// <summary>Above the bound nobody is shown everybody; under it, with some room, all are again. What counts is what a viewer is to know of.</summary>
    private void FollowCount(int count)
    {
        if (count > options.ListedUsers && complete.Count > 0)
        {
            foreach (var viewer in complete.Where(viewer => viewer.CountOf(tracker, count) > options.ListedUsers))
            {
                viewer.IsComplete = false;
                viewer.Pending.IntersectWith(viewer.Watched);
            }

            complete.RemoveWhere(viewer => !viewer.IsComplete);
        }

        if (complete.Count < viewers.Count)
        {
            // Above that count only those who know of fewer can be under it; how many fewer at most is known without a look.
            var under = options.ListedAgainUnder;
            var some = count < under ? viewers : blinkered.Where(viewer => count - viewer.Hidden.Count < under && viewer.CountOf(tracker, count) < under);
            foreach (var viewer in some.Where(viewer => !viewer.IsComplete))
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
