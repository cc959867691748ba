using System.Diagnostics;
using FastChat.Faults.Clients;

namespace FastChat.Nodes;

/// <summary>How late messages are at the other node while the bus is away.</summary>
internal sealed class OutageScenario(NodesOptions options, NodeSite site)
{
    /// <summary>Runs it once.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var settings = new CrowdSettings { Users = 12, Rate = options.Rate / 12 };
        await using var crowd = await Crowd.GatherAsync(site.Nodes[0].Root, number => site.Nodes[number % site.Nodes.Count].Root, settings);
        crowd.StartTyping();
        await Task.Delay(TimeSpan.FromSeconds(10));
        var before = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(10));
        var cut = Stopwatch.GetTimestamp();
        site.CutBus();
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds));
        var mended = Stopwatch.GetTimestamp();
        site.MendBus();
        await Task.Delay(TimeSpan.FromSeconds(10));
        await crowd.StopTypingAsync();
        await crowd.UntilQuietAsync(site.Nodes[0].Root, TimeSpan.FromSeconds(60));
        var report = await crowd.AuditAsync(site.Nodes[0].Root);
        return
        [
            Tell("with the bus", crowd.Recorder.Delays(before, cut)),
            Tell($"{options.Seconds:0} s without", crowd.Recorder.Delays(cut, mended)),
            $"acked {report.Acked}, lost, doubled or out of order {report.Findings.Count}, unknown {report.Unknown}",
            report.Describe(),
        ];
    }

    private static string Tell(string when, IReadOnlyList<TimeSpan> delays) => delays.Count == 0
        ? $"{when}: nothing"
        : $"{when}: {delays.Count} deliveries, from the acknowledgement: median {delays[delays.Count / 2].TotalMilliseconds:0} ms, "
            + $"99 % {delays[(int)(delays.Count * 0.99)].TotalMilliseconds:0} ms, latest {delays[^1].TotalMilliseconds:0} ms";
}
