using FastChat.Server.Cluster;

namespace FastChat.Server.Presence;

/// <summary>What other nodes have to say of users, and what this one has to say to them. A node is a reason like a connection.</summary>
public sealed partial class PresenceTracker
{
    /// <summary>
    /// Another node tells how a user is there. What it tells is after its grace, and is shown at once; that a user is gone there
    /// changes nothing for one who is here by something else.
    /// </summary>
    public void SetRemote(Guid nodeId, PresenceEntry entry)
    {
        if (entry.State == PresenceState.Gone)
        {
            GoneRemote(nodeId, entry.UserId, entry.LastSeen);
        }
        else
        {
            KeepRemote(nodeId, entry);
        }
    }

    /// <summary>A user is at another node no more.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="userId">The user.</param>
    /// <param name="lastSeen">When the user was last there.</param>
    public void GoneRemote(Guid nodeId, Guid userId, DateTimeOffset lastSeen)
    {
        var now = time.GetUtcNow();
        PresenceRecord[] records;
        bool changed;
        lock (gate)
        {
            if (!users.TryGetValue(userId, out var user) || !user.Has(nodeId))
            {
                return;
            }

            // What the user did here may have been later than that.
            var seen = user.LastSeen > lastSeen ? user.LastSeen : lastSeen;
            changed = Remove(user, nodeId, now, grace: false, seen);
            records = user.LeavingUntil <= now ? TakeLeaving(user) : [];
        }

        Array.ForEach(records, record => Recorded?.Invoke(record));
        Announce(changed, userId);
    }

    /// <summary>How users are at this node alone, for the others.</summary>
    public List<PresenceEntry> LocalEntries(IEnumerable<Guid> userIds)
    {
        lock (gate)
        {
            return [.. userIds.Select(LocalEntry)];
        }
    }

    /// <summary>All reasons of this node, as the database is to know them.</summary>
    public List<PresenceRecord> LocalRecords()
    {
        lock (gate)
        {
            return [.. users.Values.SelectMany(user => user.LocalRecords())];
        }
    }

    private void KeepRemote(Guid nodeId, PresenceEntry entry)
    {
        PresenceRecord[] records;
        bool changed;
        var isAway = entry.State == PresenceState.Away;
        lock (gate)
        {
            var user = FindOrAdd(entry.UserId, entry.DisplayName, out var isNew);
            var hasTurnedUp = !user.Has(nodeId);
            changed = (!user.Has(nodeId, isAway) && user.Set(nodeId, isAway, expiresAt: null, isRemote: true)) || isNew;
            user.LastSeen = user.LastSeen > entry.LastSeen ? user.LastSeen : entry.LastSeen;
            user.GraceUntil = null;
            records = hasTurnedUp ? TakeLeaving(user) : [];
        }

        Array.ForEach(records, record => Recorded?.Invoke(record));
        Announce(changed, entry.UserId);
    }

    private PresenceEntry LocalEntry(Guid userId) => users.TryGetValue(userId, out var user)
        ? new PresenceEntry(userId, user.DisplayName, user.LocalState, user.LastSeen)
        : departed.GetValueOrDefault(userId).Body is { } gone
            ? new PresenceEntry(userId, gone.DisplayName, PresenceState.Gone, gone.LastSeen)
            : new PresenceEntry(userId, string.Empty, PresenceState.Gone, time.GetUtcNow());
}
