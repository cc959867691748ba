using System.Diagnostics.Metrics;
using FastChat.Server.Hosting;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Management;

/// <summary>Keeps how the node was over the last ten minutes, a sample every two seconds.</summary>
internal sealed class StatusSampler(MetricStore store, Readiness readiness, TimeProvider time) : BackgroundService
{
    /// <summary>The time between two samples.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>So many samples are kept.</summary>
    public const int Most = 300;

    private static readonly Gauge<int> Ready = Instruments.Meter.CreateGauge<int>("fastchat.ready", null, "1 if the node can serve, else 0.");

    private readonly Lock gate = new();
    private readonly Queue<StatusSample> samples = new(Most);
    private readonly Dictionary<string, SeriesValue> before = new(StringComparer.Ordinal);
    private TimeSpan cpuBefore;
    private long sampledAt;

    /// <summary>When the node started.</summary>
    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>The part that keeps the node from serving, as of the last sample; null if it can.</summary>
    public string? NotReady { get; private set; }

    /// <summary>The samples, oldest first.</summary>
    public IReadOnlyList<StatusSample> Samples
    {
        get
        {
            lock (gate)
            {
                return [.. samples];
            }
        }
    }

    /// <summary>Takes a sample now. Rates and quantiles are of the time since the last one.</summary>
    public void Take()
    {
        var metrics = store.Collect().ToDictionary(metric => metric.Instrument, StringComparer.Ordinal);
        var now = time.GetTimestamp();
        var seconds = Math.Max(time.GetElapsedTime(sampledAt, now).TotalSeconds, 0.001);
        var isFirst = sampledAt == 0;
        sampledAt = now;
        var cpu = Environment.CpuUsage.TotalTime;
        var used = cpu - cpuBefore;
        cpuBefore = cpu;
        var ack = Histogram("fastchat.ack.duration");
        var delivery = Histogram("fastchat.delivery.duration");
        var database = Histogram("fastchat.database.duration");
        var bus = Histogram("fastchat.bus.lag");
        var sample = new StatusSample(
            time.GetUtcNow().ToUnixTimeMilliseconds(), Value("fastchat.connections"), Value("fastchat.presence.online"), Rate("fastchat.messages.stored"),
            ack?.QuantileMs(0.5), ack?.QuantileMs(0.99), delivery?.QuantileMs(0.5), delivery?.QuantileMs(0.99), database?.QuantileMs(0.5), database?.QuantileMs(0.99), bus?.QuantileMs(0.99),
            Value("dotnet.process.memory.working_set"), 1000 * Rate("dotnet.gc.pause.time"), isFirst ? 0 : used.TotalSeconds / seconds, Value("fastchat.outbound.size"), Rate("fastchat.refusals"));
        lock (gate)
        {
            if (!isFirst)
            {
                if (samples.Count == Most)
                {
                    samples.Dequeue();
                }

                samples.Enqueue(sample);
            }
        }

        double Value(string name) => metrics.TryGetValue(name, out var metric) ? metric.Read().Sum(series => series.Sum) : 0;

        double Rate(string name)
        {
            var value = Value(name);
            var was = before.TryGetValue(name, out var last) ? last.Sum : 0;
            before[name] = new SeriesValue(string.Empty, value, 0, []);
            return Math.Max(0, (value - was) / seconds);
        }

        BucketDelta? Histogram(string name)
        {
            if (!metrics.TryGetValue(name, out var metric) || metric.Read() is not [var value, ..])
            {
                return null;
            }

            var was = before.GetValueOrDefault(name)?.Buckets;
            before[name] = value;
            return new BucketDelta(metric.Bounds, [.. value.Buckets.Select((count, i) => count - (was?[i] ?? 0))]);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            NotReady = await readiness.FindFaultAsync(stoppingToken);
            Ready.Record(NotReady is null ? 1 : 0);
            Take();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

/// <summary>What fell into a histogram's buckets within a span of time.</summary>
/// <param name="Bounds">Upper ends in seconds.</param>
/// <param name="Counts">How many fell into each; the last is over the last end.</param>
internal sealed record BucketDelta(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts)
{
    /// <summary>A quantile in milliseconds, taken to lie evenly within its bucket; null if there was nothing.</summary>
    public double? QuantileMs(double quantile)
    {
        var rank = quantile * Counts.Sum();
        if (rank <= 0)
        {
            return null;
        }

        var below = 0L;
        for (var i = 0; i < Bounds.Count; i++)
        {
            if (below + Counts[i] >= rank)
            {
                var start = i == 0 ? 0 : Bounds[i - 1];
                return 1000 * (start + ((Bounds[i] - start) * (rank - below) / Counts[i]));
            }

            below += Counts[i];
        }

        return 1000 * Bounds[^1];
    }
}
