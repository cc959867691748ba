using System.Diagnostics;
using FastChat.Faults.Clients;

namespace FastChat.Nodes;

/// <summary>How long clients are without a connection when one node of several is killed, or asked to stop.</summary>
internal sealed class ComebackScenario(NodesOptions options, NodeSite site)
{
    /// <summary>Runs it once.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(bool isKilled)
    {
        using var ended = new CancellationTokenSource();
        var clients = new List<LightClient>();
        var running = new List<Task>();
        for (var number = 0; number < options.Clients; number++)
        {
            var client = new LightClient(await Account.CreateAsync(site.Nodes[0].Root), site.Entrance, number);
            clients.Add(client);
            running.Add(client.RunAsync(ended.Token));
        }

        await UntilAllAsync(clients, TimeSpan.FromSeconds(60));
        await Task.Delay(TimeSpan.FromSeconds(3));
        clients.ForEach(client => client.Reset());
        var clock = Stopwatch.StartNew();
        if (isKilled)
        {
            await site.Nodes[^1].Program.KillAsync();
        }
        else
        {
            site.Nodes[^1].Program.AskToStop();
            await site.Nodes[^1].Program.ExitedWithinAsync(TimeSpan.FromSeconds(30));
        }

        var took = clock.Elapsed;
        await Task.Delay(TimeSpan.FromMilliseconds(500));
        await UntilAllAsync(clients, TimeSpan.FromSeconds(60));
        var gaps = clients.Select(client => client.LongestGap.TotalSeconds).Where(gap => gap > 0).Order().ToList();
        await ended.CancelAsync();
        await Task.WhenAll(running);
        return
        [
            $"clients {options.Clients}, node gone after {took.TotalSeconds:0.0} s",
            gaps.Count == 0
                ? "nobody was without a connection at any moment"
                : $"without a connection for a while: {gaps.Count}; median {gaps[gaps.Count / 2]:0.00} s, 99 % {gaps[(int)(gaps.Count * 0.99)]:0.00} s, longest {gaps[^1]:0.00} s",
        ];
    }

    private static async Task UntilAllAsync(List<LightClient> clients, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (clients.Exists(client => !client.IsLive))
        {
            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"{clients.Count(client => !client.IsLive)} clients are not connected after {limit.TotalSeconds} s");
            }

            await Task.Delay(20);
        }
    }
}
