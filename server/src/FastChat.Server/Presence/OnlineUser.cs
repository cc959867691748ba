using FastChat.Protocol;

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

    /// <summary>Notes or changes a reason; true if the user's shown status changed.</summary>
    public bool Set(Guid reasonId, bool isAway, DateTimeOffset? expiresAt)
    {
        reasons.RemoveAll(reason => reason.Id == reasonId);
        reasons.Add(new Reason(reasonId, isAway, expiresAt));
        return Recount();
    }

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

    private readonly record struct Reason(Guid Id, bool IsAway, DateTimeOffset? ExpiresAt);
}

/// <summary>The wire's words for a status.</summary>
public static class PresenceStatus
{
    public const string Online = "online";

    public const string Away = "away";

    public const string Offline = "offline";
}
