using System.ComponentModel.DataAnnotations;

namespace FastChat.Server.Presence;

/// <summary>How presence is counted and shown, from the section <c>Presence</c>.</summary>
public sealed class PresenceOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Presence";

    /// <summary>How long a user whose last connection ended stays shown, in seconds; a reload within it shows nothing. Default 3.</summary>
    [Range(0, 60)]
    public double OfflineGraceSeconds { get; init; } = 3;

    /// <summary>How long a heartbeat by REST keeps a user online, in seconds. Default 60.</summary>
    [Range(6, 3600)]
    public double HeartbeatTimeoutSeconds { get; init; } = 60;

    /// <summary>Up to how many users everybody is shown to everybody. Default 200.</summary>
    [Range(1, 10_000)]
    public int ListedUsers { get; init; } = 200;

    /// <summary>Under how many users a list that had been too long is shown whole again; lower than the above, so that it doesn't flap.</summary>
    internal int ListedAgainUnder => ListedUsers * 9 / 10;
}
