using System.Diagnostics.Metrics;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Tests.Gateway;

/// <summary>What the program's own instruments count while a test does something; what other tests do meanwhile is left out.</summary>
internal static class Counted
{
    /// <summary>By how much a counter rises on this thread.</summary>
    public static long By(string counter, Action act)
    {
        var (sum, thread) = (0L, Environment.CurrentManagedThreadId);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == Instruments.Name && instrument.Name == counter)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => sum += Environment.CurrentManagedThreadId == thread ? value : 0);
        listener.Start();
        act();
        return sum;
    }
}
