using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FastChat.Server.Management;

/// <summary>Listens to meters and keeps what their instruments have come to, for whoever scrapes it.</summary>
internal sealed class MetricStore : IDisposable
{
    private readonly ConcurrentDictionary<Instrument, Metric> metrics = new();
    private readonly MeterListener listener = new();
    private readonly Lock gate = new();

    /// <param name="meters">The names of the meters to listen to.</param>
    public MetricStore(params IReadOnlyCollection<string> meters)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (meters.Contains(instrument.Meter.Name))
            {
                var metric = metrics.GetOrAdd(instrument, static found => new Metric(found));
                listening.EnableMeasurementEvents(instrument, metric);
            }
        };
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, metric) => ((Metric)metric!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, metric) => ((Metric)metric!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, metric) => ((Metric)metric!).Record(value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, metric) => ((Metric)metric!).Record(value, tags));
        listener.Start();
    }

    /// <summary>All metrics as they are now, sorted by name; those that are observed are asked first.</summary>
    public IReadOnlyList<Metric> Collect()
    {
        lock (gate)
        {
            listener.RecordObservableInstruments();
        }

        return [.. metrics.Values.OrderBy(metric => metric.Name, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();
}
