using FastChat.Protocol;

namespace FastChat.Server.Presence;

/// <summary>A user who is shown as online or away, and why. Guarded by its tracker's lock.</summary>
internal sealed class OnlineUser(Guid userId, string displayName)
{
    private readonly Dictionary<Guid, Presentness> reasons = [];

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
        reasons[reasonId] = new Presentness(isAway, expiresAt);
        return Recount();
    }

    /// <summary>Takes a reason away; true if the shown status changed by it. With none left, the status stays as it was.</summary>
    public bool Remove(Guid reasonId) => reasons.Remove(reasonId) && reasons.Count > 0 && Recount();

    public bool Has(Guid reasonId) => reasons.ContainsKey(reasonId);

    /// <summary>There is a reason whose time is over.</summary>
    public bool HasExpired(DateTimeOffset now)
    {
        foreach (var reason in reasons.Values)
        {
            if (reason.ExpiresAt <= now)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The reasons whose time is over.</summary>
    public List<Guid> Expired(DateTimeOffset now) => [.. reasons.Where(reason => reason.Value.ExpiresAt <= now).Select(reason => reason.Key)];

    public PresenceBody ToBody(DateTimeOffset now) =>
        new(UserId, DisplayName, IsAway ? PresenceStatus.Away : PresenceStatus.Online, HasReason ? now : LastSeen);

    private bool Recount()
    {
        var before = IsAway;
        IsAway = reasons.Values.All(reason => reason.IsAway);
        return before != IsAway;
    }

    private readonly record struct Presentness(bool IsAway, DateTimeOffset? ExpiresAt);
}

/// <summary>The wire's words for a status.</summary>
public static class PresenceStatus
{
    public const string Online = "online";

    public const string Away = "away";

    public const string Offline = "offline";
}
