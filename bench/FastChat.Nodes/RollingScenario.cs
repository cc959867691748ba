using System.Diagnostics;
using FastChat.Faults.Clients;

namespace FastChat.Nodes;

/// <summary>One node after the other is replaced, again and again, while people write through nginx.</summary>
internal sealed class RollingScenario(NodesOptions options, NodeSite site)
{
    /// <summary>Runs it once.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var settings = new CrowdSettings { Users = 10, Rate = options.Rate / 10 };
        await using var crowd = await Crowd.GatherAsync(site.Nodes[0].Root, _ => site.Entrance, settings);
        crowd.StartTyping();
        var clock = Stopwatch.StartNew();
        var restarts = 0;
        for (var number = 0; clock.Elapsed.TotalSeconds < options.Seconds; number = (number + 1) % site.Nodes.Count)
        {
            var node = site.Nodes[number].Program;
            node.AskToStop();
            await node.ExitedWithinAsync(TimeSpan.FromSeconds(30));
            await node.StartAsync();
            restarts++;
            await Task.Delay(TimeSpan.FromSeconds(3));
        }

        await crowd.StopTypingAsync();
        await crowd.UntilQuietAsync(site.Nodes[0].Root, TimeSpan.FromSeconds(60));
        var report = await crowd.AuditAsync(site.Nodes[0].Root);
        return
        [
            $"{clock.Elapsed.TotalSeconds:0} s, {restarts} restarts, {report.Acked} acknowledged ({report.Acked / clock.Elapsed.TotalSeconds:0}/s)",
            $"lost, doubled or out of order {report.Findings.Count}; refused {report.Refused}, unknown {report.Unknown}, sent again {report.Resent}, asked to send again {report.TryAgain}",
            report.Describe(),
        ];
    }
}
