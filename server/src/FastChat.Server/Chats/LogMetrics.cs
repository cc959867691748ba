using System.Diagnostics.Metrics;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Chats;

/// <summary>What the message log stores, and what that takes.</summary>
public static class LogMetrics
{
    private static readonly Counter<long> Messages = Instruments.Meter.CreateCounter<long>("fastchat.messages.stored", "{message}", "Messages stored, repeated ones not counted.");
    private static readonly Counter<long> Failures = Instruments.Meter.CreateCounter<long>("fastchat.log.failures", "{request}", "Requests to the message log that the database kept from being stored.");
    private static readonly Histogram<double> Sizes = Instruments.Distribution("fastchat.log.batch", "request", "Requests in one transaction of the message log.");
    private static readonly Histogram<double> Times = Instruments.Duration("fastchat.database.duration", "How long the database takes for one transaction of the message log, its commit included.");

    /// <summary>Makes the instruments known before the first of them is used.</summary>
    public static void Register() => Messages.Add(0);

    /// <summary>A transaction was committed.</summary>
    /// <param name="requests">How many requests were in it.</param>
    /// <param name="took">From its first statement to the end of its commit.</param>
    public static void Committed(int requests, TimeSpan took)
    {
        Sizes.Record(requests);
        Times.Record(took.TotalSeconds);
    }

    /// <summary>The database kept some requests from being stored.</summary>
    public static void Failed(int requests) => Failures.Add(requests);

    /// <summary>Counts the new messages among requests that are completed.</summary>
    internal static void Completed(IReadOnlyList<LogRequest> requests)
    {
        if (!Messages.Enabled)
        {
            return;
        }

        var stored = 0;
        for (var i = 0; i < requests.Count; i++)
        {
            stored += requests[i] is AppendRequest { Stored.Duplicate: false } ? 1 : 0;
        }

        Messages.Add(stored);
    }
}
