namespace FastChat.Load;

/// <summary>Latencies in microseconds, kept whole; percentiles by nearest rank.</summary>
internal sealed class Latencies
{
    private readonly List<double> values = [];

    public int Count => values.Count;

    public void Add(TimeSpan latency)
    {
        lock (values)
        {
            values.Add(latency.TotalMicroseconds);
        }
    }

    public void Clear()
    {
        lock (values)
        {
            values.Clear();
        }
    }

    /// <summary>The latency, in milliseconds, that <paramref name="percent"/> of all stay under.</summary>
    public double Percentile(double percent)
    {
        lock (values)
        {
            if (values.Count == 0)
            {
                return double.NaN;
            }

            values.Sort();
            var rank = (int)Math.Ceiling(percent / 100 * values.Count);
            return values[Math.Clamp(rank - 1, 0, values.Count - 1)] / 1000;
        }
    }
}
