using System.Diagnostics;

namespace FastChat.Load.Measuring;

/// <summary>What server, database and load tool have used up to a moment, and that moment.</summary>
/// <param name="Timestamp">Of <see cref="Stopwatch"/>'s clock.</param>
/// <param name="Server">The server's process, or the sum of all nodes.</param>
/// <param name="Database">PostgreSQL's processes; zeros where the database is in the server.</param>
/// <param name="Bus">The broker and its helpers; zeros without one.</param>
/// <param name="Load">This process.</param>
internal readonly record struct Usage(long Timestamp, ProcessUsage Server, ProcessUsage Database, ProcessUsage Bus, ProcessUsage Load)
{
    /// <summary>Reads it all.</summary>
    public static Usage Now(LoadOptions options) => new(
        Stopwatch.GetTimestamp(),
        options.ServerPids.Aggregate(default(ProcessUsage), (sum, pid) => sum + ProcessUsage.Of(pid)),
        ProcessUsage.OfTree(options.DatabasePid),
        ProcessUsage.OfTree(options.BusPid),
        ProcessUsage.Of(Environment.ProcessId));

    /// <summary>Adds what was used since <paramref name="before"/>: seconds, CPU of the three in seconds, memory at the end in MiB.</summary>
    public void AddTo(Report report, Usage before)
    {
        report.Add("seconds", Stopwatch.GetElapsedTime(before.Timestamp, Timestamp).TotalSeconds);
        report.Add("server_cpu_s", Server.CpuSeconds - before.Server.CpuSeconds);
        report.Add("database_cpu_s", Database.CpuSeconds - before.Database.CpuSeconds);
        report.Add("load_cpu_s", Load.CpuSeconds - before.Load.CpuSeconds);
        report.Add("server_mib", Server.ResidentKiB / 1024.0);
        report.Add("database_mib", Database.ResidentKiB / 1024.0);
    }

    /// <summary>Adds the CPU of the three for each of <paramref name="count"/> messages, in microseconds.</summary>
    public void AddPerMessage(Report report, Usage before, long count)
    {
        double Each(double seconds) => seconds * 1e6 / Math.Max(1, count);
        report.Add("server_us", Each(Server.CpuSeconds - before.Server.CpuSeconds));
        report.Add("database_us", Each(Database.CpuSeconds - before.Database.CpuSeconds));
        report.Add("bus_us", Each(Bus.CpuSeconds - before.Bus.CpuSeconds));
        report.Add("load_us", Each(Load.CpuSeconds - before.Load.CpuSeconds));
    }
}
