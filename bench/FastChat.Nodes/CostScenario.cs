using System.Diagnostics;
using System.Globalization;
using FastChat.Faults.Servers;

namespace FastChat.Nodes;

/// <summary>What a message costs on so many nodes, each sender and its receiver on different ones; the load is <c>FastChat.Load</c>.</summary>
internal sealed class CostScenario(NodesOptions options, NodeSite site)
{
    /// <summary>Runs it once.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Path.Combine(PublishedServer.Repository, "artifacts", "bin", "FastChat.Load", "release", "FastChat.Load"))
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            "--scenario", "direct", "--label", $"{options.Nodes} nodes, {options.Bus}", "--url", string.Join(',', site.Nodes.Select(node => node.Root.GetLeftPart(UriPartial.Authority))),
            "--clients", Number(options.Clients), "--window", "8", "--rate", Number(options.Rate), "--warm-up", "5", "--seconds", Number(options.Seconds),
            "--server-pid", string.Join(',', site.Nodes.Select(node => node.Program.Id.ToString(CultureInfo.InvariantCulture))),
            "--database-pid", string.Join(',', new[] { site.DatabaseProcess, site.BusProcess }.Where(process => process != 0)),
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var load = Process.Start(start)!;
        var output = await load.StandardOutput.ReadToEndAsync();
        await load.WaitForExitAsync();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
