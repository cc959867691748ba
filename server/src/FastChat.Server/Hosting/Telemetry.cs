using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FastChat.Server.Hosting;

/// <summary>Where the program's measurements and spans come from.</summary>
public static class Telemetry
{
    /// <summary>The name under which collectors find both.</summary>
    public const string Name = "FastChat";

    /// <summary>All measurements.</summary>
    public static Meter Meter { get; } = new(Name);

    /// <summary>All spans.</summary>
    public static ActivitySource ActivitySource { get; } = new(Name);
}
