using System.Diagnostics;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Chats;

/// <summary>
/// The spans of a message's way: received, appended to the log, published (the fan-out has the last one). All are of one trace; the
/// transaction that many messages share is a trace of its own, to which each append is linked. Nothing is made while nobody takes spans.
/// </summary>
internal static class MessageSpans
{
    /// <summary>A message has come. It begins a trace: the connection on which it came lives for hours, and is no part of it.</summary>
    public static Received Receive()
    {
        if (!Instruments.Spans.HasListeners())
        {
            return default;
        }

        var outer = Activity.Current;
        Activity.Current = null;
        return new Received(Instruments.Spans.StartActivity("message receive", ActivityKind.Server), outer);
    }

    /// <summary>A transaction was committed; its span holds how long that took and how many shared it.</summary>
    public static void Committed(IReadOnlyList<LogRequest> requests, TimeSpan took, TimeProvider time)
    {
        if (!Instruments.Spans.HasListeners())
        {
            return;
        }

        var now = time.GetUtcNow();
        var outer = Activity.Current;
        Activity.Current = null;
        using var batch = Instruments.Spans.StartActivity(ActivityKind.Client, default, startTime: now - took, name: "log transaction");
        batch?.SetTag("fastchat.log.requests", requests.Count).SetEndTime(now.UtcDateTime);
        foreach (var request in requests)
        {
            if (request is AppendRequest append && append.Trace != default)
            {
                ActivityLink[] links = batch is null ? [] : [new ActivityLink(batch.Context)];
                using var span = Instruments.Spans.StartActivity(ActivityKind.Internal, append.Trace, links: links, startTime: append.CameAt, name: "log append");
                span?.SetEndTime(now.UtcDateTime);
            }
        }

        batch?.Stop();
        Activity.Current = outer;
    }

    /// <summary>A message is announced to its chat's members.</summary>
    public static Activity? Publish(ActivityContext trace) =>
        trace == default ? null : Instruments.Spans.StartActivity("message publish", ActivityKind.Producer, trace);

    /// <summary>A message that is being received.</summary>
    public readonly struct Received(Activity? span, Activity? outer) : IDisposable
    {
        /// <summary>What later spans belong to; default if there are none.</summary>
        public ActivityContext Trace => span?.Context ?? default;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (span is not null || outer is not null)
            {
                span?.Dispose();
                Activity.Current = outer;
            }
        }
    }
}
