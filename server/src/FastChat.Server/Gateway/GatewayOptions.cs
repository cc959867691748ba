using System.ComponentModel.DataAnnotations;

namespace FastChat.Server.Gateway;

/// <summary>The limits of connections, from the section <c>Limits</c>; 0 switches a limit off.</summary>
public sealed class GatewayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Limits";

    /// <summary>The largest message, however it is cut, in bytes.</summary>
    public const int FrameBytes = 64 * 1024;

    /// <summary>A client that heard nothing for so long asks for a sign of life, in milliseconds.</summary>
    public const int HeartbeatMs = 20_000;

    /// <summary>Typing signals a second and user, sustained. Default 1.</summary>
    [Range(0, 1_000_000)]
    public int TypingPerSecond { get; init; } = 1;

    /// <summary>Frames a second and connection, sustained. Default 30.</summary>
    [Range(0, 1_000_000)]
    public int FramesPerSecond { get; init; } = 30;

    /// <summary>Frames at once and connection. Default 60.</summary>
    [Range(0, 1_000_000)]
    public int FrameBurst { get; init; } = 60;

    /// <summary>Live connections a user. Default 10.</summary>
    [Range(0, 1_000_000)]
    public int ConnectionsPerUser { get; init; } = 10;
}
