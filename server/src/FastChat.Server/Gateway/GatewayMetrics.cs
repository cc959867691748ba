using System.Diagnostics.Metrics;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Gateway;

/// <summary>Sockets, and what goes through them.</summary>
internal static class GatewayMetrics
{
    private static readonly UpDownCounter<long> OpenSockets = Instruments.Meter.CreateUpDownCounter<long>("fastchat.connections", "{connection}", "Open sockets.");
    private static readonly Counter<long> OpenedSockets = Instruments.Meter.CreateCounter<long>("fastchat.connections.opened", "{connection}", "Sockets that were opened.");
    private static readonly Counter<long> AcceptedHellos = Instruments.Meter.CreateCounter<long>("fastchat.hellos", "{hello}", "HELLOs that made a connection live.");
    private static readonly Counter<long> ClosedSlowReaders = Instruments.Meter.CreateCounter<long>("fastchat.slow.readers", "{connection}", "Connections closed because they read too slowly.");
    private static readonly Counter<long> DroppedFrames = Instruments.Meter.CreateCounter<long>("fastchat.frames.dropped", "{frame}", "Frames that were left out for readers who lag behind.");
    private static readonly Counter<long> MissedHints = Instruments.Meter.CreateCounter<long>("fastchat.hints.missed", "{message}", "Messages that the bus did not bring, or not in time, and that were read from the database.");
    private static readonly Counter<long> LateHints = Instruments.Meter.CreateCounter<long>("fastchat.hints.late", "{message}", "Messages that the bus brought after they were delivered or passed over.");
    private static readonly Counter<long> PassedOver = Instruments.Meter.CreateCounter<long>("fastchat.messages.passed", "{message}", "Messages that this node left to its clients to fetch.");
    private static readonly Histogram<double> AckTimes = Instruments.Duration("fastchat.ack.duration", "From a message's arrival on a socket until its acknowledgement is queued.");
    private static readonly Histogram<double> DeliveryTimes = Instruments.Duration("fastchat.delivery.duration", "From the commit of a message until it is in the queues of the members' sockets.");
    private static readonly Gauge<long> OutboundBytes = Instruments.Meter.CreateGauge<long>("fastchat.outbound.size", "By", "Bytes that wait to be written to sockets.");

    /// <summary>Makes the instruments known before the first of them is used.</summary>
    public static void Register() => OutboundBytes.Record(0);

    public static void Opened()
    {
        OpenSockets.Add(1);
        OpenedSockets.Add(1);
    }

    public static void Closed() => OpenSockets.Add(-1);

    public static void WentLive() => AcceptedHellos.Add(1);

    public static void ClosedSlowReader() => ClosedSlowReaders.Add(1);

    public static void Acknowledged(TimeSpan after) => AckTimes.Record(after.TotalSeconds);

    public static void Delivered(TimeSpan after) => DeliveryTimes.Record(after.TotalSeconds);

    /// <summary>A reader lags behind, and a frame was left out: a later one tells more, or nothing is lost with it.</summary>
    public static void Dropped() => DroppedFrames.Add(1);

    /// <summary>A message was read from the database; was that for want of a hint?</summary>
    public static void ReadForWantOfAHint(bool isSo) => MissedHints.Add(isSo ? 1 : 0);

    /// <summary>A hint came; was it too late to be delivered?</summary>
    public static void CameLate(bool isSo)
    {
        if (isSo)
        {
            LateHints.Add(1);
        }
    }

    /// <summary>So many messages of a chat were passed over.</summary>
    public static void LeftToClients(long count) => PassedOver.Add(count);

    /// <summary>How much waits on all connections together, in bytes.</summary>
    public static void Waiting(long bytes) => OutboundBytes.Record(bytes);
}
