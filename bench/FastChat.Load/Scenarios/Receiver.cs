using System.Diagnostics;
using FastChat.Load.Wire;

namespace FastChat.Load.Scenarios;

/// <summary>Gets the messages of one sender, and looks that each comes once and at its place.</summary>
/// <param name="guest">Who it is.</param>
/// <param name="sender">Whose messages it gets.</param>
/// <param name="senderIndex">That sender's number in message ids.</param>
/// <param name="first">The number of the first message that is for this receiver.</param>
/// <param name="step">From each to the next: how many receivers the sender serves in turn.</param>
/// <param name="tally">Where it is counted.</param>
internal sealed class Receiver(Guest guest, Sender sender, int senderIndex, long first, int step, Tally tally) : Connection(guest)
{
    private long next = first;
    private long lastSeq;

    /// <inheritdoc/>
    protected override void OnText(ReadOnlySpan<byte> text)
    {
        if (!Scan.Is(text, "\"type\":\"MSG\""u8))
        {
            return;
        }

        var seq = Scan.Seq(text);
        if (!MessageId.TryRead(text, out var from, out var number) || from != senderIndex || sender.SentAt(number) is var at && at == 0)
        {
            tally.Unknown++;
            return;
        }

        if (number < next)
        {
            tally.Doubled++;
            return;
        }

        if (number > next)
        {
            tally.Gaps.Add((senderIndex, next, number - step, Stopwatch.GetTimestamp()));
        }

        tally.OutOfOrder += (number == next || tally.Refused > 0) && seq == lastSeq + 1 ? 0 : 1;
        (next, lastSeq) = (number + step, seq);
        tally.Delivered++;
        tally.Add(tally.Deliveries, at);
    }
}
