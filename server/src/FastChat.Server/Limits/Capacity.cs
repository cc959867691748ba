using System.Globalization;

namespace FastChat.Server.Limits;

/// <summary>
/// How many connections the node takes. Each is an open file; the database, the log and the program itself need some too, and
/// must not run out of them because somebody opens connections.
/// </summary>
/// <param name="OpenFiles">How many files the process may open; null where the system does not say.</param>
/// <param name="Calls">The most TCP connections that are no WebSocket, or not yet: calls, the page, half-open requests.</param>
/// <param name="Sockets">The most open WebSockets; 0 is no bound.</param>
public sealed record Capacity(int? OpenFiles, int Calls, int Sockets)
{
    /// <summary>So many files are kept back for other things than connections; a quarter where there are few.</summary>
    private const int FilesKept = 512;

    /// <summary>So many of the rest are kept back for calls; a quarter where there are few.</summary>
    private const int CallsKept = 1024;

    /// <summary>Half-open requests are no use to anybody in greater number; ten thousand may well come back at once.</summary>
    private const int MostCalls = 20_000;

    /// <summary>What fits under a limit of open files and the limit of connections (0: none) that was set.</summary>
    public static Capacity Of(int? openFiles, int connections)
    {
        if (openFiles is not { } files)
        {
            return new Capacity(null, MostCalls, Math.Max(connections, 0));
        }

        var free = files - Math.Min(FilesKept, files / 4);
        var fitting = free - Math.Min(CallsKept, free / 4);
        var sockets = connections > 0 ? Math.Min(connections, fitting) : fitting;
        return new Capacity(files, Math.Min(free - sockets, MostCalls), sockets);
    }

    /// <summary>How many files this process may open, or null where the system does not tell in Linux's way.</summary>
    public static int? ReadOpenFiles()
    {
        const string Limits = "/proc/self/limits", Name = "Max open files";
        if (!File.Exists(Limits))
        {
            return null;
        }

        var line = File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        var soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files) ? (int)Math.Min(files, int.MaxValue / 2) : null;
    }
}
