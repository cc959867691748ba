using System.Collections.Immutable;
using FastChat.Protocol;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Presence;

/// <summary>
/// Who is here: each user with what keeps them here, connections and heartbeats at this node, and other nodes. Only the owner of a
/// reason (a connection, a session's heartbeats, a node) takes it away, so a superseded connection can't evict its successor.
/// </summary>
public sealed partial class PresenceTracker(IOptions<PresenceOptions> options, TimeProvider time)
{
    /// <summary>How long the last state of a user who is not here is at hand for those who have still to hear of it.</summary>
    private static readonly TimeSpan DepartedKept = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, OnlineUser> users = [];
    private readonly LinkedList<OnlineUser> seenLast = new();
    private readonly Dictionary<Guid, (PresenceBody Body, DateTimeOffset KeptUntil)> departed = [];

    /// <summary>A user's entry changed: came, went, status or name. Called outside the lock, in no promised order.</summary>
    public event Action<Guid>? Changed;

    /// <summary>
    /// A reason of this node came, changed or went, for the record in the database. The end of a user's last one is told once the grace is
    /// over, or something else keeps the user here: so the grace holds at all nodes.
    /// </summary>
    public event Action<PresenceRecord>? Recorded;

    /// <summary>All who are not offline (PR5).</summary>
    public int OnlineCount
    {
        get
        {
            lock (gate)
            {
                return users.Count;
            }
        }
    }

    /// <summary>How many of these users are not offline.</summary>
    public int CountHere(IEnumerable<Guid> userIds)
    {
        lock (gate)
        {
            return userIds.Count(users.ContainsKey);
        }
    }

    /// <summary>A connection is live.</summary>
    public void Connected(Guid connectionId, Guid userId, string displayName) =>
        Keep(connectionId, userId, displayName, isAway: false, expiresAt: null);

    /// <summary>A connection says whether somebody is at it.</summary>
    public void StatusChanged(Guid connectionId, Guid userId, bool isAway)
    {
        string? displayName = null;
        lock (gate)
        {
            if (users.TryGetValue(userId, out var user) && user.Has(connectionId))
            {
                displayName = user.DisplayName;
            }
        }

        // Only the connection itself ends it, and it is the one that calls: it can't go in between.
        if (displayName is not null)
        {
            Keep(connectionId, userId, displayName, isAway, expiresAt: null);
        }
    }

    /// <summary>A heartbeat by REST keeps the user online for a while; the session is the reason.</summary>
    public PresenceBody Heartbeat(Guid sessionId, Guid userId, string displayName)
    {
        Keep(sessionId, userId, displayName, isAway: false, time.GetUtcNow().AddSeconds(options.Value.HeartbeatTimeoutSeconds));
        return Find(userId)!;
    }

    /// <summary>
    /// A reason is gone. If it was the last one, the user goes after the grace; without grace at once (PR3, PR4).
    /// </summary>
    public void Gone(Guid reasonId, Guid userId, bool grace)
    {
        var now = time.GetUtcNow();
        PresenceRecord? ended = null;
        bool changed;
        lock (gate)
        {
            if (!users.TryGetValue(userId, out var user) || !user.Has(reasonId))
            {
                return;
            }

            var wasAway = user.Has(reasonId, isAway: true);
            changed = Remove(user, reasonId, now, grace);
            if (!grace || user.HasLocalReason || options.Value.OfflineGraceSeconds <= 0)
            {
                ended = new PresenceRecord(reasonId, userId, null, now, null);
            }
            else
            {
                // Another node may still name the user of an earlier time, and they be on their way to yet another.
                user.Leaving = new PresenceRecord(reasonId, userId, null, now, null);
                (user.LeavingUntil, user.LeftAway) = (now.AddSeconds(options.Value.OfflineGraceSeconds), wasAway);
            }
        }

        if (ended is not null)
        {
            Recorded?.Invoke(ended);
        }

        Announce(changed, userId);
    }

    /// <summary>The user has a new name. It is not announced here: others than those who see the user are to hear of it too.</summary>
    /// <param name="offline">The user's state if they are not here.</param>
    public void Renamed(PresenceBody offline)
    {
        lock (gate)
        {
            if (users.TryGetValue(offline.UserId, out var user))
            {
                user.DisplayName = offline.DisplayName;
            }
            else
            {
                var known = departed.GetValueOrDefault(offline.UserId).Body ?? offline;
                departed[offline.UserId] = (known with { DisplayName = offline.DisplayName }, time.GetUtcNow() + DepartedKept);
            }
        }
    }

    /// <summary>Lets those go whose grace or heartbeat is over. The reaper calls it.</summary>
    public void Expire()
    {
        var now = time.GetUtcNow();
        var changed = new List<Guid>();
        var expired = new List<PresenceRecord>();
        lock (gate)
        {
            foreach (var user in users.Values.Where(user => user.HasExpired(now) || !user.HasReason || user.Leaving is not null).ToList())
            {
                // A client that stopped its heartbeats told nobody that it went: no grace.
                var reasons = user.Expired(now);
                expired.AddRange(reasons.Select(reason => new PresenceRecord(reason, user.UserId, null, now, null)));
                var isChange = reasons.Aggregate(false, (any, reason) => Remove(user, reason, now, grace: false) || any);
                if (isChange || (!user.HasReason && Depart(user, now)))
                {
                    changed.Add(user.UserId);
                }

                if (user.LeavingUntil <= now)
                {
                    expired.AddRange(TakeLeaving(user));
                }
            }

            foreach (var (userId, (_, keptUntil)) in departed)
            {
                if (keptUntil < now)
                {
                    departed.Remove(userId);
                }
            }
        }

        expired.ForEach(record => Recorded?.Invoke(record));
        changed.ForEach(userId => Announce(true, userId));
    }

    /// <summary>A user's present state; null if the user is offline and has been for long.</summary>
    public PresenceBody? Find(Guid userId)
    {
        lock (gate)
        {
            return users.TryGetValue(userId, out var user) ? user.ToBody(time.GetUtcNow()) : departed.GetValueOrDefault(userId).Body;
        }
    }

    /// <summary>Those seen last, at most <paramref name="limit"/>.</summary>
    public List<PresenceBody> SeenLast(int limit)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            return [.. seenLast.Take(limit).Select(user => user.ToBody(now))];
        }
    }

    /// <summary>The same as entries that are encoded already, shared by all who get them, and of how many they are, at one moment.</summary>
    /// <param name="limit">The most entries.</param>
    /// <param name="except">Users who are left out, of the count too.</param>
    public (List<ReadOnlyMemory<byte>> Entries, int Count) List(int limit, ImmutableDictionary<Guid, DateTimeOffset> except)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            var entries = new List<ReadOnlyMemory<byte>>(Math.Min(limit, users.Count));
            var place = seenLast.First;
            for (; place is not null && entries.Count < limit; place = place.Next)
            {
                if (except.IsEmpty || !except.ContainsKey(place.Value.UserId))
                {
                    entries.Add(place.Value.ToEntry(now));
                }
            }

            // Those who were pushed out of the list stand right behind it.
            for (; place?.Value is { HasEntry: true } user; place = place.Next)
            {
                user.ForgetEntry();
            }

            return (entries, users.Count - except.Keys.Count(users.ContainsKey));
        }
    }

    private void Keep(Guid reasonId, Guid userId, string displayName, bool isAway, DateTimeOffset? expiresAt)
    {
        var now = time.GetUtcNow();
        PresenceRecord[] records;
        bool changed;
        lock (gate)
        {
            var user = FindOrAdd(userId, displayName, out var isNew);
            seenLast.Remove(user.Place!);
            seenLast.AddFirst(user.Place!);
            changed = user.Set(reasonId, isAway, expiresAt) || isNew;
            user.LastSeen = now;
            user.GraceUntil = null;
            records = [.. TakeLeaving(user), new PresenceRecord(reasonId, userId, isAway ? PresenceStatus.Away : PresenceStatus.Online, now, expiresAt)];
        }

        Array.ForEach(records, record => Recorded?.Invoke(record));
        Announce(changed, userId);
    }

    /// <summary>The user, from now on at the front of those seen last if they were not here; call it with the lock held.</summary>
    private OnlineUser FindOrAdd(Guid userId, string displayName, out bool isNew)
    {
        isNew = !users.TryGetValue(userId, out var user);
        if (user is null)
        {
            users.Add(userId, user = new OnlineUser(userId, displayName));
            user.Place = seenLast.AddFirst(user);
            departed.Remove(userId);
        }

        return user;
    }

    /// <summary>The end that was not told yet, if there is one; call it with the lock held.</summary>
    private static PresenceRecord[] TakeLeaving(OnlineUser user)
    {
        PresenceRecord[] taken = user.Leaving is { } leaving ? [leaving] : [];
        user.Leaving = null;
        return taken;
    }

    /// <summary>Takes a reason away; true if the user's entry changed by it. Call it with the lock held.</summary>
    private bool Remove(OnlineUser user, Guid reasonId, DateTimeOffset now, bool grace, DateTimeOffset? lastSeen = null)
    {
        var changed = user.Remove(reasonId);
        if (user.HasReason)
        {
            return changed;
        }

        user.LastSeen = lastSeen ?? now;
        user.GraceUntil = grace ? now.AddSeconds(options.Value.OfflineGraceSeconds) : user.Leaving is null ? now : user.LeavingUntil;
        return Depart(user, now) || changed;
    }

    /// <summary>Takes a user out once the grace is over; call it with the lock held.</summary>
    private bool Depart(OnlineUser user, DateTimeOffset now)
    {
        if (user.GraceUntil > now)
        {
            return false;
        }

        users.Remove(user.UserId);
        seenLast.Remove(user.Place!);
        var body = new PresenceBody(user.UserId, user.DisplayName, PresenceStatus.Offline, user.LastSeen);
        departed[user.UserId] = (body, now + DepartedKept);
        return true;
    }

    private void Announce(bool changed, Guid userId)
    {
        if (changed)
        {
            Changed?.Invoke(userId);
        }
    }
}
