using System.Diagnostics.Metrics;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Cluster;

/// <summary>What goes over the bus between nodes.</summary>
public static class BusMetrics
{
    private static readonly Counter<long> PublishedHints = Instruments.Meter.CreateCounter<long>("fastchat.bus.published", "{hint}", "Hints handed to the bus.");
    private static readonly Counter<long> PublishedBytes = Instruments.Meter.CreateCounter<long>("fastchat.bus.published.size", "By", "Bytes handed to the bus.");
    private static readonly Counter<long> ReceivedHints = Instruments.Meter.CreateCounter<long>("fastchat.bus.received", "{hint}", "Hints that came from the bus.");
    private static readonly Counter<long> Reconnects = Instruments.Meter.CreateCounter<long>("fastchat.bus.reconnects", "{reconnect}", "Times that the connection to the bus was made anew.");
    private static readonly Histogram<double> Lags = Instruments.Duration("fastchat.bus.lag", "From handing a hint to the bus until a node has it back.");

    /// <summary>Makes the instruments known before the first of them is used.</summary>
    public static void Register() => PublishedHints.Add(0);

    /// <summary>Some hints went out together.</summary>
    /// <param name="count">How many hints.</param>
    /// <param name="bytes">Their size on the bus.</param>
    public static void Published(int count, int bytes)
    {
        PublishedHints.Add(count);
        PublishedBytes.Add(bytes);
    }

    /// <summary>Some hints came in together.</summary>
    public static void Received(int count) => ReceivedHints.Add(count);

    /// <summary>How long a hint was on its way, in seconds, by one clock: of a node's own hint when it comes back.</summary>
    public static void Lag(double seconds) => Lags.Record(seconds);

    /// <summary>The bus is there again after it was away.</summary>
    public static void Reconnected() => Reconnects.Add(1);
}
