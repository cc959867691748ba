using FastChat.Protocol;
using FastChat.Server.Cluster;

namespace FastChat.Server.Presence;

/// <summary>A user who is shown as online or away, and why. Guarded by its tracker's lock.</summary>
internal sealed class OnlineUser(Guid userId, string displayName)
{
    /// <summary>For how long the encoded entry of a user who is here is used again.</summary>
    private static readonly TimeSpan EntryKept = TimeSpan.FromSeconds(1);

    /// <summary>A list, as there are few: mostly one.</summary>
    private readonly List<Reason> reasons = new(1);

    private (PresenceBody Body, ReadOnlyMemory<byte> Bytes)? entry;

    public Guid UserId { get; } = userId;

    public string DisplayName { get; set; } = displayName;

    /// <summary>Its place in the order of who was seen last.</summary>
    public LinkedListNode<OnlineUser>? Place { get; set; }

    /// <summary>When the last connection ended or heartbeat came; counts once nothing keeps the user here.</summary>
    public DateTimeOffset LastSeen { get; set; }

    /// <summary>Until when the user stays shown although nothing keeps them here; null while something does.</summary>
    public DateTimeOffset? GraceUntil { get; set; }

    /// <summary>Away only if every connection is (PR2).</summary>
    public bool IsAway { get; private set; }

    public bool HasReason => reasons.Count > 0;

    /// <summary>The end of the last reason of this node, which the others are not told before its grace is over.</summary>
    public PresenceRecord? Leaving { get; set; }

    /// <summary>When that is.</summary>
    public DateTimeOffset LeavingUntil { get; set; }

    /// <summary>The user was away by the reason that ended.</summary>
    public bool LeftAway { get; set; }

    /// <summary>Something at this node keeps the user here.</summary>
    public bool HasLocalReason => reasons.Exists(reason => !reason.IsRemote);

    /// <summary>Notes or changes a reason; true if the user's shown status changed.</summary>
    public bool Set(Guid reasonId, bool isAway, DateTimeOffset? expiresAt, bool isRemote = false)
    {
        reasons.RemoveAll(reason => reason.Id == reasonId);
        reasons.Add(new Reason(reasonId, isAway, expiresAt, isRemote));
        return Recount();
    }

    /// <summary>The user is here by this reason, in this status.</summary>
    public bool Has(Guid reasonId, bool isAway) => reasons.Exists(reason => reason.Id == reasonId && reason.IsAway == isAway);

    /// <summary>How the user is at this node, whatever the others say.</summary>
    public PresenceState LocalState
    {
        get
        {
            var own = reasons.FindAll(reason => !reason.IsRemote);
            var isHere = own.Count > 0 || Leaving is not null;
            var isAway = own.Count > 0 ? own.TrueForAll(reason => reason.IsAway) : LeftAway;
            return !isHere ? PresenceState.Gone : isAway ? PresenceState.Away : PresenceState.Online;
        }
    }

    /// <summary>The reasons of this node, as the database is to know them.</summary>
    public IEnumerable<PresenceRecord> LocalRecords() => reasons.Where(reason => !reason.IsRemote).Select(reason => new PresenceRecord(
        reason.Id, UserId, reason.IsAway ? PresenceStatus.Away : PresenceStatus.Online, LastSeen, reason.ExpiresAt));

    /// <summary>Takes a reason away; true if the shown status changed by it. With none left, the status stays as it was.</summary>
    public bool Remove(Guid reasonId) => reasons.RemoveAll(reason => reason.Id == reasonId) > 0 && reasons.Count > 0 && Recount();

    public bool Has(Guid reasonId) => reasons.Exists(reason => reason.Id == reasonId);

    /// <summary>There is a reason whose time is over.</summary>
    public bool HasExpired(DateTimeOffset now)
    {
        foreach (var reason in reasons)
        {
            if (reason.ExpiresAt <= now)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The reasons whose time is over.</summary>
    public List<Guid> Expired(DateTimeOffset now) => [.. reasons.Where(reason => reason.ExpiresAt <= now).Select(reason => reason.Id)];

    /// <summary>An entry is kept; see <see cref="ForgetEntry"/>.</summary>
    public bool HasEntry => entry is not null;

    public PresenceBody ToBody(DateTimeOffset now) =>
        new(UserId, DisplayName, IsAway ? PresenceStatus.Away : PresenceStatus.Online, HasReason ? now : LastSeen);

    /// <summary>The same, encoded, and kept for the next who connect; the <c>last_seen</c> of one who is here may be a second old.</summary>
    public ReadOnlyMemory<byte> ToEntry(DateTimeOffset now)
    {
        var body = ToBody(now);
        if (entry is { } kept
            && body == kept.Body with { LastSeen = body.LastSeen }
            && (HasReason ? now - kept.Body.LastSeen is var age && age >= TimeSpan.Zero && age < EntryKept : kept.Body.LastSeen == LastSeen))
        {
            return kept.Bytes;
        }

        var bytes = FrameWriter.EncodeEntry(body);
        entry = (body, bytes);
        return bytes;
    }

    /// <summary>The user is listed no more, so nothing needs to be kept.</summary>
    public void ForgetEntry() => entry = null;

    private bool Recount()
    {
        var before = IsAway;
        IsAway = reasons.TrueForAll(reason => reason.IsAway);
        return before != IsAway;
    }

    /// <summary>A connection, a session's heartbeats or another node.</summary>
    private readonly record struct Reason(Guid Id, bool IsAway, DateTimeOffset? ExpiresAt, bool IsRemote);
}

/// <summary>The wire's words for a status.</summary>
public static class PresenceStatus
{
    public const string Online = "online";

    public const string Away = "away";

    public const string Offline = "offline";
}
