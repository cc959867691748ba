using System.Numerics;

namespace FastChat.Load.Measuring;

/// <summary>
/// Latencies counted in buckets that grow with the value (64 to a doubling, so within 1.6 %); adding one allocates nothing. Percentiles by nearest
/// rank, told as the bucket's upper end; the largest value is kept exactly.
/// </summary>
internal sealed class Histogram
{
    private const int Bits = 6;
    private const int Steps = 1 << Bits;

    private readonly long[] counts = new long[(64 - Bits) * Steps];
    private long max;

    /// <summary>How many were added.</summary>
    public long Count { get; private set; }

    /// <summary>The largest, in milliseconds.</summary>
    public double Max => max / 1e6;

    /// <summary>Adds one, in nanoseconds.</summary>
    public void Add(long nanoseconds)
    {
        nanoseconds = Math.Max(0, nanoseconds);
        counts[Bucket(nanoseconds)]++;
        Count++;
        max = Math.Max(max, nanoseconds);
    }

    /// <summary>The latency, in milliseconds, that <paramref name="percent"/> of all do not exceed; NaN if there is none.</summary>
    public double Percentile(double percent)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(percent / 100 * Count));
        long seen = 0;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            seen += counts[bucket];
            if (seen >= rank)
            {
                return Math.Min(UpperEnd(bucket), max) / 1e6;
            }
        }

        return double.NaN;
    }

    // Values below 64 have a bucket each; above, the leading 7 bits choose it.
    private static int Bucket(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - Bits);
        return (shift * Steps) + (int)(value >> shift);
    }

    private static long UpperEnd(int bucket)
    {
        var shift = Math.Max(0, (bucket / Steps) - 1);
        return ((bucket - (shift * Steps) + 1L) << shift) - 1;
    }
}
