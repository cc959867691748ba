using System.Globalization;

namespace FastChat.EndToEndTests.Security;

/// <summary>What a process holds, as Linux tells it.</summary>
public static class Usage
{
    /// <summary>Resident memory, in bytes.</summary>
    public static long Bytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Replace("VmRSS:", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>Open files, sockets included.</summary>
    public static int Files(int process) => Directory.GetFiles($"/proc/{process}/fd").Length;
}
