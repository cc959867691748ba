using System.Diagnostics.Metrics;
using FastChat.Protocol;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Rest;

/// <summary>What is refused, by the contract's code and by the way it was asked: <c>rest</c> or <c>ws</c>.</summary>
public static class RefusalMetrics
{
    private static readonly Counter<long> Refusals = Instruments.Meter.CreateCounter<long>("fastchat.refusals", "{refusal}", "Calls and frames that were refused, by code.");

    /// <summary>Starts every code at zero, so that the first refusal is seen as an increase.</summary>
    public static void Register()
    {
        foreach (var code in Enum.GetValues<ErrorCode>())
        {
            Refusals.Add(0, new("code", code.ToWire()), new("via", "rest"));
            Refusals.Add(0, new("code", code.ToWire()), new("via", "ws"));
        }
    }

    /// <summary>A frame was refused.</summary>
    public static void RefusedFrame(ErrorCode code) => Add(code, "ws");

    /// <summary>A call was refused.</summary>
    public static void RefusedCall(ErrorCode code) => Add(code, "rest");

    private static void Add(ErrorCode code, string via)
    {
        if (Refusals.Enabled)
        {
            Refusals.Add(1, new("code", code.ToWire()), new("via", via));
        }
    }
}
