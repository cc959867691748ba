using System.Diagnostics;
using FastChat.Load.Measuring;
using FastChat.Load.Wire;

namespace FastChat.Load.Scenarios;

/// <summary>Connections that say <c>HELLO</c> and then nothing: how fast they come, and what one costs in memory.</summary>
internal sealed class IdleScenario(LoadOptions options)
{
    /// <summary>Connections that are made and ended before the counted ones: a fresh process runs at half its speed.</summary>
    private const int WarmUp = 1_000;

    /// <summary>Connects the guests, leaves them alone, and reads the memory.</summary>
    /// <param name="guests">One a connection.</param>
    /// <param name="fresh">The server before the guests were made.</param>
    public Report Run(Guest[] guests, Usage fresh)
    {
        using (var first = new EventLoop(options.Servers))
        {
            first.OpenAll([.. guests.Take(WarmUp).Select(guest => new Connection(guest))], options.AtOnce);
        }

        using var loop = new EventLoop(options.Servers);
        loop.Run(In(options.WarmUpSeconds));
        var before = Usage.Now(options);
        loop.OpenAll([.. guests.Select(guest => new Connection(guest))], options.AtOnce);
        var connected = Usage.Now(options);
        loop.Run(In(options.Seconds));
        var after = Usage.Now(options);

        var report = new Report();
        double Each(long kiB) => kiB / (double)guests.Length;
        var seconds = Stopwatch.GetElapsedTime(before.Timestamp, connected.Timestamp).TotalSeconds;
        report.Add("connects_per_s", guests.Length / seconds);
        report.Add("connect_server_us", (connected.Server.CpuSeconds - before.Server.CpuSeconds) * 1e6 / guests.Length);
        report.Add("connect_database_us", (connected.Database.CpuSeconds - before.Database.CpuSeconds) * 1e6 / guests.Length);
        report.Add("resident_kib", Each(after.Server.ResidentKiB - before.Server.ResidentKiB));
        report.Add("private_kib", Each(after.Server.PrivateKiB - before.Server.PrivateKiB));
        report.Add("resident_above_fresh_kib", Each(after.Server.ResidentKiB - fresh.Server.ResidentKiB));
        report.Add("private_above_fresh_kib", Each(after.Server.PrivateKiB - fresh.Server.PrivateKiB));
        report.Add("fresh_mib", fresh.Server.ResidentKiB / 1024.0);
        after.AddTo(report, connected);
        return report;
    }

    private static long In(double seconds) => Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
}
