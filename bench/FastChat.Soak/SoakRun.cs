using System.Diagnostics;
using FastChat.Faults.Audit;
using FastChat.Faults.Clients;
using FastChat.Faults.Network;

namespace FastChat.Soak;

/// <summary>The long experiment: a real server under load, broken in every way again and again, and the audit.</summary>
internal sealed class SoakRun(SoakOptions options) : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    private readonly Random random = new(options.Seed);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly CancellationTokenSource enough = new();

    /// <summary>Runs it; true if nothing was found.</summary>
    public async Task<bool> RunAsync()
    {
        await using var site = await ServerSite.StartAsync(options.Database);
        await using var near = new ChaosProxy(site.Port, options.Seed);
        await using var far = new ChaosProxy(site.Port, options.Seed + 2);
        var settings = new CrowdSettings { Users = options.Users, Rate = options.Rate, Seed = options.Seed };
        await using var crowd = await Crowd.GatherAsync(site.Root, number => number % 2 == 0 ? near.Root : far.Root, settings);
        crowd.StartTyping();

        enough.CancelAfter(TimeSpan.FromMinutes(options.Minutes));
        Weather[] weathers = [new(near, new Random(options.Seed + 4)), new(far, new Random(options.Seed + 5))];
        await Task.WhenAll(BreakAsync(site), weathers[0].BlowAsync(enough.Token), weathers[1].BlowAsync(enough.Token), TellAsync(site, crowd));

        var report = await JudgeAsync(site, crowd);
        Console.WriteLine(Table.Of(options, site, weathers, report));
        if (report?.Findings.Count == 0)
        {
            return true;
        }

        Console.WriteLine(report?.Describe());
        await site.KeepAsync();
        Console.WriteLine($"SQLite's data and the logs are kept in {site.Folder}.");
        return false;
    }

    public void Dispose() => enough.Dispose();

    /// <summary>Kills the server every few seconds, and does to the database what can be done to it.</summary>
    private async Task BreakAsync(ServerSite site)
    {
        while (!enough.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(2 + (random.NextDouble() * 5)), enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (site.HasDatabaseServer && random.Next(2) == 0)
            {
                await site.BreakDatabaseAsync(random);
            }
            else
            {
                await site.KillServerAsync();
            }
        }
    }

    private async Task TellAsync(ServerSite site, Crowd crowd)
    {
        while (!enough.IsCancellationRequested)
        {
            await Task.Delay(TellEvery, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Tell(site, crowd, "");
        }
    }

    /// <summary>Tells who has something left to do, as long as that takes.</summary>
    private async Task TellUntilAsync(Task settled, Crowd crowd)
    {
        while (await Task.WhenAny(settled, Task.Delay(TellEvery)) != settled)
        {
            Console.WriteLine(FormattableString.Invariant($"{clock.Elapsed:hh\\:mm\\:ss} {crowd.Recorder.Acked} acked"));
            foreach (var client in crowd.Clients.Where(client => !client.IsQuiet))
            {
                Console.WriteLine($"  {client.Describe()}");
            }
        }

        await settled;
    }

    private void Tell(ServerSite site, Crowd crowd, string what) => Console.WriteLine(FormattableString.Invariant(
        $"{clock.Elapsed:hh\\:mm\\:ss} {site.Kills} kills, {site.DatabaseRestarts} database restarts, {crowd.Recorder.Acked} acked, {crowd.Recorder.Resent} sent again, {crowd.Recorder.Found} found {what}"));

    /// <summary>The audit; null if the crowd does not come to rest, which is a finding too.</summary>
    private async Task<AuditReport?> JudgeAsync(ServerSite site, Crowd crowd)
    {
        Tell(site, crowd, "– settling");
        try
        {
            await crowd.StopTypingAsync();
            await TellUntilAsync(crowd.UntilQuietAsync(site.Root, Settling), crowd);
            Tell(site, crowd, "– reading everything back");
            return await crowd.AuditAsync(site.Root);
        }
        catch (Exception fault) when (fault is TimeoutException or InvalidOperationException)
        {
            Console.WriteLine($"✗ {fault.Message}");
            return null;
        }
    }
}
