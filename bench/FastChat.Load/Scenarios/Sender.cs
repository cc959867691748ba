using System.Diagnostics;
using System.Text;
using FastChat.Load.Wire;

namespace FastChat.Load.Scenarios;

/// <summary>
/// Sends 128-byte messages to its receivers in turn: as many unanswered ones as the window holds, or, on a schedule, those that are due.
/// The frame lies ready; only the ids are written anew. Each goes with a call of its own, as clients send: a server that gets eight in
/// one piece needs a third less for each.
/// </summary>
internal sealed class Sender : Connection
{
    /// <summary>How far answers and deliveries may lag behind before a message's time of sending is forgotten.</summary>
    private const int Remembered = 1 << 14;

    /// <summary>On a schedule this many may be unanswered; more wait here, their latency counting from when they were due.</summary>
    private const int MostUnanswered = Remembered / 4;

    private readonly int index;
    private readonly Tally tally;
    private readonly int window;
    private readonly Schedule? schedule;
    private readonly byte[][] receivers;
    private readonly byte[] frame;
    private readonly int toOffset;
    private readonly int idOffset;
    private readonly long[] sentAt = new long[Remembered];
    private long due;
    private long sent;
    private long answered;
    private long nextAck;

    public Sender(Guest guest, int index, IEnumerable<Guest> receivers, LoadOptions options, Schedule? schedule, Tally tally)
        : base(guest)
    {
        this.index = index;
        this.tally = tally;
        this.schedule = schedule;
        this.receivers = [.. receivers.Select(receiver => Encoding.ASCII.GetBytes(receiver.UserId))];
        window = schedule is null ? options.Window : MostUnanswered;
        var id = new string('0', MessageId.Length);
        frame = ClientFrames.Text($$"""{"type":"MSG","to":"{{id}}","message_id":"{{id}}","content":"{{new string('x', 128)}}"}""");
        toOffset = frame.AsSpan().IndexOf("\"to\":\""u8) + 6;
        idOffset = frame.AsSpan().IndexOf("\"message_id\":\""u8) + 14;
    }

    /// <summary>
    /// Nothing is sent, or nothing more: not before all are connected either. What is committed before a receiver has its <c>HELLO_ACK</c> does not
    /// come on that connection (CL2), and would count as undelivered.
    /// </summary>
    public bool IsStopped { get; set; } = true;

    /// <summary>One more message of the schedule is due.</summary>
    public void Due()
    {
        due++;
        Pump();
    }

    /// <summary>Sends what may be sent now.</summary>
    public void Pump()
    {
        while (!IsStopped && sent - answered < window && (schedule is null || sent < due))
        {
            SendNext();
        }
    }

    /// <summary>When a message was sent, or was due; 0 if it is not known.</summary>
    public long SentAt(long number) => number >= 0 && number < sent && number >= sent - Remembered ? sentAt[number % Remembered] : 0;

    /// <inheritdoc/>
    protected override void OnText(ReadOnlySpan<byte> text)
    {
        if (Scan.Is(text, "\"type\":\"MSG_ACK\""u8))
        {
            OnAck(text);
        }
        else if (Scan.Is(text, "\"type\":\"ERROR\""u8))
        {
            tally.FirstRefusal ??= Encoding.UTF8.GetString(text);
            tally.Refused++;
            answered++;
        }
    }

    /// <inheritdoc/>
    protected override void OnRead() => Pump();

    private void SendNext()
    {
        receivers[sent % receivers.Length].CopyTo(frame, toOffset);
        MessageId.Write(frame.AsSpan(idOffset), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), index, sent);
        sentAt[sent % Remembered] = schedule?.DueAt(index, sent) ?? Stopwatch.GetTimestamp();
        sent++;
        tally.Sent++;
        Send(frame);
    }

    // Acks come in the order of sending (CH3), so the next one is known, unless one was refused instead.
    private void OnAck(ReadOnlySpan<byte> text)
    {
        if (!MessageId.TryRead(text, out var sender, out var number) || sender != index || SentAt(number) is var at && at == 0)
        {
            tally.Unknown++;
            return;
        }

        if (number < nextAck)
        {
            tally.Doubled++;
            return;
        }

        tally.OutOfOrder += number == nextAck || tally.Refused > 0 ? 0 : 1;
        nextAck = number + 1;
        answered++;
        tally.Acked++;
        tally.Add(tally.Acks, at);
    }
}
