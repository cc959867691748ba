using System.Diagnostics.Metrics;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Presence;

/// <summary>Who is here, and who looks.</summary>
internal static class PresenceMetrics
{
    private static readonly Gauge<long> OnlineUsers = Instruments.Meter.CreateGauge<long>("fastchat.presence.online", "{user}", "Users who are here on this node.");
    private static readonly UpDownCounter<long> Viewers = Instruments.Meter.CreateUpDownCounter<long>("fastchat.presence.viewers", "{connection}", "Connections that are shown who is here.");

    /// <summary>Makes the instruments known before the first of them is used.</summary>
    public static void Register() => Online(0);

    /// <summary>How many users are here at the moment.</summary>
    public static void Online(int users) => OnlineUsers.Record(users);

    /// <summary>More viewers, or fewer.</summary>
    public static void ViewersChanged(int by) => Viewers.Add(by);
}
