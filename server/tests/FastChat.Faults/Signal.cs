using System.Runtime.InteropServices;

namespace FastChat.Faults;

/// <summary>Signals to processes, by their numbers on Linux.</summary>
public static partial class Signal
{
    public const int Interrupt = 2;

    public const int Quit = 3;

    public const int Kill = 9;

    public const int Terminate = 15;

    public const int Continue = 18;

    public const int Stop = 19;

    /// <summary>Sends a signal; false if there is no such process any more.</summary>
    public static bool Send(int processId, int signal) => SendSignal(processId, signal) == 0;

    /// <summary>The processes that a process has started and that still run.</summary>
    public static IReadOnlyList<int> ChildrenOf(int processId)
    {
        var children = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture, out var id) && ParentOf(id) == processId)
            {
                children.Add(id);
            }
        }

        return children;
    }

    /// <summary>Kills a process and all that it has started: what would be left of it might wait for it for ever.</summary>
    public static void KillTree(int processId)
    {
        var children = ChildrenOf(processId);
        Send(processId, Kill);
        foreach (var child in children)
        {
            KillTree(child);
        }
    }

    /// <summary>It has ended, and holds nothing any more; that nobody may have asked for its exit code is all the same.</summary>
    public static bool HasEnded(int processId) => StatusOf(processId) is not [var state, ..] || state is "Z" or "X";

    private static int? ParentOf(int processId) =>
        StatusOf(processId) is [_, var parent, ..] ? int.Parse(parent, System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>State, parent and what follows, of a process that is there.</summary>
    private static string[]? StatusOf(int processId)
    {
        try
        {
            // "pid (name) state parent …"; the name may hold anything, also spaces and parentheses.
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
