using System.Globalization;
using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Operations;

/// <summary>Tells how far a long run is: a line a second, and one when a table was written.</summary>
internal sealed class Progress : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly TextWriter output;
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private CountedTable? current;
    private bool isCheck;
    private long rowsDone;
    private long began;

    public Progress(TextWriter output, TimeProvider time)
    {
        this.output = output;
        this.time = time;
        timer = time.CreateTimer(_ => Tell(isEnd: false), null, Period, Period);
    }

    /// <summary>A number as people read it.</summary>
    public static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Counts a table's rows as they go by; those that are only checked get no line at the end.</summary>
    public async IAsyncEnumerable<object?[]> WatchAsync(bool isOnlyCheck, CountedTable table, IAsyncEnumerable<object?[]> rows)
    {
        lock (gate)
        {
            (current, isCheck, rowsDone, began) = (table, isOnlyCheck, 0, time.GetTimestamp());
        }

        await foreach (var row in rows)
        {
            Interlocked.Increment(ref rowsDone);
            yield return row;
        }

        Tell(isEnd: true);
    }

    /// <summary>Says nothing more.</summary>
    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private void Tell(bool isEnd)
    {
        lock (gate)
        {
            if (current is not { } table)
            {
                return;
            }

            if (isEnd)
            {
                current = null;
                if (isCheck)
                {
                    return;
                }
            }

            var rows = Interlocked.Read(ref rowsDone);
            var seconds = Math.Max(time.GetElapsedTime(began).TotalSeconds, 0.001);
            var share = table.Rows > 0 ? 100.0 * rows / table.Rows : 100;
            output.WriteLine($"  {table.Table.Name}: {(isCheck ? "checked" : "copied")} {Number(rows)} of {Number(table.Rows)} rows ({share:0} %), {Number(rows / seconds)} rows/s");
        }
    }
}
