using System.Diagnostics;
using FastChat.Load.Measuring;
using FastChat.Load.Wire;

namespace FastChat.Load.Scenarios;

/// <summary>
/// Direct messages: each sender to its receivers (one, or many in turn), saturated or at a rate. A message counts when it was
/// acknowledged, and so is on disk; at the end all are waited for, and what is missing, doubled or at the wrong place is told.
/// </summary>
internal sealed class MessageScenario(LoadOptions options)
{
    private readonly Tally tally = new();
    private readonly Schedule? schedule = options.Rate > 0 ? new Schedule(options.Rate, options.Clients) : null;
    private readonly List<Sender> senders = [];
    private readonly List<Receiver> receivers = [];

    /// <summary>How many guests it needs.</summary>
    public static int Guests(LoadOptions options) => options.Clients * (1 + options.Receivers);

    /// <summary>Connects the guests, warms the server up, counts, and waits for what is under way.</summary>
    public Report Run(Guest[] guests)
    {
        Place(guests);
        using var loop = new EventLoop(options.Servers);
        loop.OpenAll([.. receivers, .. senders], options.AtOnce);

        Func<long, long>? pace = schedule is null ? null : now => schedule.Pace(now, senders);
        schedule?.Begin();
        senders.ForEach(sender =>
        {
            sender.IsStopped = false;
            sender.Pump();
        });
        loop.Run(In(options.WarmUpSeconds), pace);

        var (before, counted) = (Usage.Now(options), tally.Acked);
        tally.CountFrom = Stopwatch.GetTimestamp();
        loop.Run(In(options.Seconds), pace);
        tally.CountTo = Stopwatch.GetTimestamp();
        var (after, count) = (Usage.Now(options), tally.Acked - counted);

        senders.ForEach(sender => sender.IsStopped = true);
        loop.Run(In(10), isDone: () => Math.Min(tally.Acked, tally.Delivered) + tally.Refused >= tally.Sent);
        return Tell(before, after, count);
    }

    private static long In(double seconds) => Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);

    private void Place(Guest[] guests)
    {
        var each = 1 + options.Receivers;
        for (var i = 0; i < options.Clients; i++)
        {
            var others = guests.AsSpan((i * each) + 1, options.Receivers).ToArray();
            var sender = new Sender(guests[i * each], i, others, options, schedule, tally) { Place = i };
            senders.Add(sender);

            // Of several nodes the next one has the receivers, so that every message goes over the bus.
            receivers.AddRange(others.Select((guest, first) => new Receiver(guest, sender, i, first, others.Length, tally) { Place = i + 1 }));
        }
    }

    private Report Tell(Usage before, Usage after, long count)
    {
        var report = new Report();
        report.Add("messages_per_s", count / Stopwatch.GetElapsedTime(before.Timestamp, after.Timestamp).TotalSeconds);
        report.Add("ack", tally.Acks);
        report.Add("delivery", tally.Deliveries);
        after.AddPerMessage(report, before, count);
        after.AddTo(report, before);
        tally.AddErrors(report);
        foreach (var (sender, from, to, at) in tally.Gaps)
        {
            Console.Error.WriteLine($"Not delivered: sender {sender}, messages {from} to {to}, {Stopwatch.GetElapsedTime(tally.CountFrom, at).TotalSeconds:F3} s after counting began");
        }

        if (tally.FirstRefusal is { } refusal)
        {
            Console.Error.WriteLine($"The first refusal: {refusal}");
        }

        return report;
    }
}
