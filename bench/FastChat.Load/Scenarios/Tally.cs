using System.Diagnostics;
using FastChat.Load.Measuring;

namespace FastChat.Load.Scenarios;

/// <summary>What became of all messages, and how long those took that were sent while it was counted.</summary>
internal sealed class Tally
{
    public Histogram Acks { get; } = new();

    public Histogram Deliveries { get; } = new();

    public long Sent { get; set; }

    public long Acked { get; set; }

    public long Delivered { get; set; }

    /// <summary>Answered with <c>ERROR</c>.</summary>
    public long Refused { get; set; }

    /// <summary>Acknowledged or delivered once more.</summary>
    public long Doubled { get; set; }

    /// <summary>Came before an earlier one, or with a <c>seq</c> that is not the next.</summary>
    public long OutOfOrder { get; set; }

    /// <summary>Which messages did not come though a later one did: the sender's number, the first and the last that is missing, and when that was seen.</summary>
    public List<(int Sender, long From, long To, long At)> Gaps { get; } = [];

    /// <summary>Nobody is known to have sent it so.</summary>
    public long Unknown { get; set; }

    /// <summary>The code and text of the first refusal.</summary>
    public string? FirstRefusal { get; set; }

    /// <summary>Messages sent (or due) from here to <see cref="CountTo"/> have their latency counted; of <see cref="Stopwatch"/>'s clock.</summary>
    public long CountFrom { get; set; } = long.MaxValue;

    /// <summary>The end of that.</summary>
    public long CountTo { get; set; } = long.MaxValue;

    /// <summary>Adds the time since <paramref name="sentAt"/>, if that is to be counted.</summary>
    public void Add(Histogram latencies, long sentAt)
    {
        if (sentAt >= CountFrom && sentAt < CountTo)
        {
            latencies.Add((long)Stopwatch.GetElapsedTime(sentAt).TotalNanoseconds);
        }
    }

    /// <summary>Adds what must be zero.</summary>
    public void AddErrors(Report report)
    {
        report.Add("refused", Refused);
        report.Add("unanswered", Sent - Acked - Refused);
        report.Add("undelivered", Sent - Refused - Delivered);
        report.Add("doubled", Doubled);
        report.Add("out_of_order", OutOfOrder);
        report.Add("unknown", Unknown);
    }
}
