using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using FastChat.Faults;
using FastChat.Faults.Audit;
using FastChat.Faults.Clients;

namespace FastChat.Nodes;

/// <summary>What is measured of several nodes; each run starts its own.</summary>
internal static class Runs
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(30);

    /// <summary>The load tool on all nodes, senders on one and receivers on the next: saturated, or at a rate.</summary>
    public static async Task<string> LoadAsync(NodesOptions options)
    {
        await using var site = await NodesSite.StartAsync(options);
        var rate = options.Scenario == "rate";
        string[] arguments =
        [
            "-c", "1", options.Load, "--scenario", "direct", "--label", $"{options.Nodes} nodes, {options.Bus}, {options.Scenario}",
            "--url", string.Join(',', site.Roots.Select(root => root.ToString().TrimEnd('/'))),
            "--server-pid", string.Join(',', site.Nodes.Select(node => node.Id)),
            "--database-pid", Text(site.DatabasePid), "--bus-pid", Text(site.BusPid),
            "--clients", "100", "--warm-up", rate ? "30" : "8", "--seconds", Text(options.Seconds > 0 ? options.Seconds : 6),
            .. rate ? new[] { "--rate", Text(options.Rate > 0 ? options.Rate : 500) } : ["--window", "8"],
        ];
        using var load = Process.Start(new ProcessStartInfo("taskset", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = await load.StandardOutput.ReadToEndAsync();
        await load.WaitForExitAsync();
        return load.ExitCode == 0 ? said.Trim() : throw new InvalidOperationException($"The load tool ended with {load.ExitCode}.");
    }

    /// <summary>One node is killed, or asked to leave, under many connections and a hundred writers: when is everybody back, and what failed.</summary>
    public static async Task<string> ReturnAsync(NodesOptions options)
    {
        await using var site = await NodesSite.StartAsync(options, behindNginx: true);
        await using var visitors = await Visitors.GatherAsync(site.Roots[0], options.Clients, _ => site.Entrance);
        await Task.Delay(TimeSpan.FromSeconds(3));
        visitors.StartWriting(Math.Min(100, options.Clients), 100);
        await Task.Delay(TimeSpan.FromSeconds(3));
        var failedBefore = visitors.All.Sum(one => one.FailedSends);
        var began = Stopwatch.GetTimestamp();
        var left = Task.CompletedTask;
        if (options.Scenario == "kill")
        {
            await site.Nodes[1].KillAsync();
        }
        else
        {
            site.Nodes[1].AskToStop();
            left = site.Nodes[1].ExitedWithinAsync(ExitLimit);
        }

        // Those who sat on another node are not touched; who was, is known by a loss or a move.
        var limit = TimeSpan.FromSeconds(options.Seconds > 0 ? options.Seconds : 40);
        await left;
        var exited = Stopwatch.GetElapsedTime(began);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var all = await visitors.UntilAllLiveAsync(limit);
        await visitors.StopWritingAsync();
        var back = visitors.All.Where(one => one.LiveAt > began).Select(one => Stopwatch.GetElapsedTime(began, one.LiveAt).TotalSeconds).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{options.Scenario}: {back.Count} of {options.Clients} connections were on the node, back after p50 {At(back, 0.5):F2} s, p99 {At(back, 0.99):F2} s, last {At(back, 1):F2} s, ")
            + string.Create(CultureInfo.InvariantCulture, $"everybody back: {all}, without a connection for a while: {visitors.All.Count(one => one.Losses > 0)} (longest {visitors.All.Max(one => one.LongestGap).TotalSeconds:F2} s), ")
            + string.Create(CultureInfo.InvariantCulture, $"moved before the end: {visitors.All.Count(one => one.Moves > 0)}, messages sent {visitors.All.Sum(one => one.Sent)}, failed {visitors.All.Sum(one => one.FailedSends) - failedBefore}, node ended after {exited.TotalSeconds:F2} s");
    }

    /// <summary>
    /// A node stands still, and is killed and started anew as systemd's watchdog does it. Meanwhile ten people a second come: how long until each is
    /// in, and when are those back who were there.
    /// </summary>
    public static async Task<string> HangAsync(NodesOptions options)
    {
        var seconds = options.Seconds > 0 ? options.Seconds : 15;
        await using var site = await NodesSite.StartAsync(options, behindNginx: true);
        await using var visitors = await Visitors.GatherAsync(site.Roots[0], options.Clients, _ => site.Entrance);
        var accounts = new List<Account>();
        while (accounts.Count < seconds * 10)
        {
            accounts.Add(await Account.CreateAsync(site.Roots[0]));
        }

        visitors.StartWriting(Math.Min(100, options.Clients), 100);
        await Task.Delay(TimeSpan.FromSeconds(3));
        var (began, came) = (Stopwatch.GetTimestamp(), new List<(Visitor Visitor, long At)>());
        Signal.Send(site.Nodes[1].Id, Signal.Stop);
        foreach (var account in accounts)
        {
            came.Add((new Visitor(account, site.Entrance), Stopwatch.GetTimestamp()));
            came[^1].Visitor.Start();
            var due = TimeSpan.FromSeconds(came.Count / 10.0) - Stopwatch.GetElapsedTime(began);
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero);
        }

        var inMeanwhile = came.Count(one => one.Visitor.IsLive);
        await site.Nodes[1].KillAsync();
        await site.Nodes[1].StartAsync();
        var all = await visitors.UntilAllLiveAsync(TimeSpan.FromSeconds(60));
        for (var clock = Stopwatch.StartNew(); !came.All(one => one.Visitor.IsLive) && clock.Elapsed < TimeSpan.FromSeconds(60);)
        {
            await Task.Delay(50);
        }

        await visitors.StopWritingAsync();
        var waits = came.Where(one => one.Visitor.IsLive).Select(one => Stopwatch.GetElapsedTime(one.At, one.Visitor.LiveAt).TotalSeconds).Order().ToList();
        var back = visitors.All.Where(one => one.LiveAt > began).Select(one => Stopwatch.GetElapsedTime(began, one.LiveAt).TotalSeconds).Order().ToList();
        foreach (var (visitor, _) in came)
        {
            await visitor.DisposeAsync();
            visitor.Account.Dispose();
        }

        return string.Create(CultureInfo.InvariantCulture, $"hang for {seconds:F0} s: of {came.Count} who came meanwhile {inMeanwhile} were in before the kill; in after p50 {At(waits, 0.5):F2} s, p90 {At(waits, 0.9):F2} s, p99 {At(waits, 0.99):F2} s, last {At(waits, 1):F2} s, never {came.Count - waits.Count}; ")
            + string.Create(CultureInfo.InvariantCulture, $"{back.Count} of {options.Clients} connections were on the node, back after p50 {At(back, 0.5):F2} s, p99 {At(back, 0.99):F2} s, last {At(back, 1):F2} s, everybody back: {all}");
    }

    /// <summary>The bus goes away under load: how late is what was acknowledged, at a user of another node.</summary>
    public static async Task<string> OutageAsync(NodesOptions options)
    {
        var rate = options.Rate > 0 ? options.Rate : 200;
        var seconds = options.Seconds > 0 ? options.Seconds : 60;
        await using var site = await NodesSite.StartAsync(options, busCanFail: true);
        await using var visitors = await Visitors.GatherAsync(site.Roots[0], 12, number => site.Roots[number % site.Roots.Count]);
        var acked = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var came = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        foreach (var one in visitors.All)
        {
            one.OnAcked = id => acked[id] = Stopwatch.GetTimestamp();
            one.OnMessage = id => came.TryAdd(id, Stopwatch.GetTimestamp());
        }

        visitors.StartWriting(visitors.All.Count, rate);
        await Task.Delay(TimeSpan.FromSeconds(10));
        var from = Stopwatch.GetTimestamp();
        site.TakeBusAway();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        site.BringBusBack();
        var to = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(10));
        await visitors.StopWritingAsync();
        await Task.Delay(TimeSpan.FromSeconds(6));
        return string.Create(CultureInfo.InvariantCulture, $"outage of {seconds:F0} s, {options.Bus}, {rate:F0}/s: {acked.Count} acked, never came {acked.Keys.Count(id => !came.ContainsKey(id))}, failed sends {visitors.All.Sum(one => one.FailedSends)}; ack to MSG: ")
            + $"before {Latencies(at => at < from)}, without the bus {Latencies(at => at >= from && at < to)}, after {Latencies(at => at >= to)}";

        string Latencies(Func<long, bool> counts)
        {
            var late = acked.Where(one => counts(one.Value) && came.ContainsKey(one.Key))
                .Select(one => Math.Max(0, (came[one.Key] - one.Value) * 1000.0 / Stopwatch.Frequency)).Order().ToList();
            return string.Create(CultureInfo.InvariantCulture, $"{late.Count}: p50 {At(late, 0.5):F1} p99 {At(late, 0.99):F0} max {At(late, 1):F0} ms");
        }
    }

    /// <summary>Nodes are restarted one after the other, round after round, behind nginx, under load; then the audit.</summary>
    public static async Task<string> RollAsync(NodesOptions options)
    {
        var seconds = options.Seconds > 0 ? options.Seconds : 300;
        var rate = options.Rate > 0 ? options.Rate : 200;
        await using var site = await NodesSite.StartAsync(options, behindNginx: true);
        await using var visitors = await Visitors.GatherAsync(site.Roots[0], 60, _ => site.Entrance);
        // A pause between two messages is at most twice the mean, and a timer adds a millisecond or two to each.
        await using var crowd = await Crowd.GatherAsync(site.Roots[0], _ => site.Entrance, new CrowdSettings { Users = 10, Rate = rate / 10 });
        visitors.StartWriting(visitors.All.Count, 20);
        crowd.StartTyping();
        await Task.Delay(TimeSpan.FromSeconds(3));
        var (clock, restarts) = (Stopwatch.StartNew(), 0);
        for (var number = 0; clock.Elapsed < TimeSpan.FromSeconds(seconds); number = (number + 1) % site.Nodes.Count, restarts++)
        {
            site.Nodes[number].AskToStop();
            await site.Nodes[number].ExitedWithinAsync(ExitLimit);
            await site.Nodes[number].StartAsync();
            // nginx leaves a node alone for 5 s after it was found missing.
            await Task.Delay(TimeSpan.FromSeconds(6));
        }

        var took = clock.Elapsed.TotalSeconds;
        var acked = crowd.Recorder.Acked;
        await visitors.StopWritingAsync();
        await crowd.StopTypingAsync();
        await crowd.UntilQuietAsync(site.Roots[0], TimeSpan.FromMinutes(1));
        var report = await crowd.AuditAsync(site.Roots[0]);
        return string.Create(CultureInfo.InvariantCulture, $"roll for {took:F0} s, {restarts} restarts, {acked / took:F0} acked/s: acked {report.Acked}, unknown {report.Unknown}, refused {report.Refused} ({string.Join(", ", report.Refusals)}), sent again {report.Resent}, told to try again {report.TryAgain}, ")
            + $"lost {report.Count(FindingKind.Lost)}, doubled {report.Count(FindingKind.Doubled)}, out of order {report.Count(FindingKind.Reordered)}, holes {report.Count(FindingKind.Hole)}, phantom {report.Count(FindingKind.Phantom)}, altered {report.Count(FindingKind.Altered)}; "
            + string.Create(CultureInfo.InvariantCulture, $"of {visitors.All.Count} that connect before they let go: moves {visitors.All.Sum(one => one.Moves)}, losses {visitors.All.Sum(one => one.Losses)} (longest {visitors.All.Max(one => one.LongestGap).TotalSeconds:F2} s), sent {visitors.All.Sum(one => one.Sent)}, failed {visitors.All.Sum(one => one.FailedSends)}");
    }

    private static double At(List<double> sorted, double share) => sorted.Count == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
