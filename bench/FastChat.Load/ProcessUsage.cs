using System.Globalization;

namespace FastChat.Load;

/// <summary>What a process has used, from Linux's <c>/proc</c>.</summary>
/// <param name="CpuSeconds">User and system time so far.</param>
/// <param name="MemoryKiB">Resident memory now.</param>
internal readonly record struct ProcessUsage(double CpuSeconds, long MemoryKiB)
{
    /// <summary>The kernel's clock ticks a second, the same on every Linux of today.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Reads it; zeros where there is no such process.</summary>
    public static ProcessUsage Of(int pid)
    {
        if (pid == 0 || !File.Exists($"/proc/{pid}/stat"))
        {
            return default;
        }

        // The name in parentheses may hold spaces; the numbers begin behind it. Fields 14 and 15 are utime and stime.
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var resident = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new ProcessUsage(ticks / TicksPerSecond, long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
    }
}
