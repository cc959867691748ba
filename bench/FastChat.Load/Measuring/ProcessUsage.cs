using System.Globalization;

namespace FastChat.Load.Measuring;

/// <summary>What a process, or a process with all its children, has used, from Linux's <c>/proc</c>.</summary>
/// <param name="CpuSeconds">User and system time so far; of a tree, with that of the children that have ended.</param>
/// <param name="ResidentKiB">Resident memory now (<c>VmRSS</c>); of a tree, the proportional share (<c>Pss</c>), so that shared buffers count once.</param>
/// <param name="PrivateKiB">Of it, memory that is no file's and not shared (<c>RssAnon</c>); 0 of a tree.</param>
internal readonly record struct ProcessUsage(double CpuSeconds, long ResidentKiB, long PrivateKiB)
{
    /// <summary>The kernel's clock ticks a second, the same on every Linux of today.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>What two have used together.</summary>
    public static ProcessUsage operator +(ProcessUsage one, ProcessUsage other) =>
        new(one.CpuSeconds + other.CpuSeconds, one.ResidentKiB + other.ResidentKiB, one.PrivateKiB + other.PrivateKiB);

    /// <summary>Reads that of one process; zeros without one.</summary>
    public static ProcessUsage Of(int pid) => pid == 0
        ? default
        : new ProcessUsage(Stat(pid).Own, KiB($"/proc/{pid}/status", "VmRSS:"), KiB($"/proc/{pid}/status", "RssAnon:"));

    /// <summary>
    /// Reads that of a process and its children: PostgreSQL's postmaster and all that it started. The time of a child that has ended is in its parent's
    /// account (<c>cutime</c>, <c>cstime</c>), so nothing is lost between two readings.
    /// </summary>
    public static ProcessUsage OfTree(int pid)
    {
        if (pid == 0)
        {
            return default;
        }

        var (own, ended, _) = Stat(pid);
        var (cpu, memory) = (own + ended, KiB($"/proc/{pid}/smaps_rollup", "Pss:"));
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var child))
            {
                try
                {
                    var stat = Stat(child);
                    if (stat.Parent == pid)
                    {
                        cpu += stat.Own + stat.Ended;
                        memory += KiB($"/proc/{child}/smaps_rollup", "Pss:");
                    }
                }
                catch (IOException)
                {
                    // It ended while it was looked at.
                }
            }
        }

        return new ProcessUsage(cpu, memory, 0);
    }

    /// <summary>How many files a process may have open; this one by default.</summary>
    public static long OpenFilesLimit(int? pid = null)
    {
        var line = File.ReadLines($"/proc/{pid?.ToString(CultureInfo.InvariantCulture) ?? "self"}/limits")
            .First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : long.MaxValue;
    }

    private static (double Own, double Ended, int Parent) Stat(int pid)
    {
        // The name in parentheses may hold spaces; the numbers begin behind it. Fields 14 to 17 are utime, stime, cutime and cstime, 4 the parent.
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        double Seconds(int first) =>
            (long.Parse(fields[first], CultureInfo.InvariantCulture) + long.Parse(fields[first + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
        return (Seconds(11), Seconds(13), int.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    private static long KiB(string file, string name)
    {
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
