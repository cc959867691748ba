using System.Diagnostics;

namespace FastChat.Load.Scenarios;

/// <summary>
/// When each message is due, whatever became of those before it: the senders take turns at even distances. A message that goes out late has waited
/// since it was due, and its latency says so.
/// </summary>
/// <param name="rate">Messages a second of all senders.</param>
/// <param name="senders">How many there are.</param>
internal sealed class Schedule(double rate, int senders)
{
    private long next;
    private long start;

    /// <summary>The first is due now.</summary>
    public void Begin() => start = Stopwatch.GetTimestamp();

    /// <summary>When a sender's message is due.</summary>
    public long DueAt(int sender, long number) => At((number * senders) + sender);

    /// <summary>Tells each sender whose message is due by now; returns when the next one is.</summary>
    public long Pace(long now, IReadOnlyList<Sender> all)
    {
        while (At(next) <= now)
        {
            all[(int)(next++ % senders)].Due();
        }

        return At(next);
    }

    private long At(long turn) => start + (long)(turn * (Stopwatch.Frequency / rate));
}
