namespace FastChat.Faults.Processes;

/// <summary>The end of the servers that all tests of a run share.</summary>
internal static class AtExit
{
    /// <summary>When this process exits, kills the processes, with everything they have started, and removes their folder.</summary>
    /// <param name="folder">Where they keep their files.</param>
    /// <param name="processes">Asked for at the end; null where there is none by then.</param>
    public static void End(ServerFolder folder, params IReadOnlyList<Func<ChildProcess?>> processes) => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var process in processes.Select(current => current()).OfType<ChildProcess>().Where(process => !process.HasExited))
        {
            Signal.KillTree(process.Id);
            SpinWait.SpinUntil(() => process.HasExited, Patience.Stop);
        }

        folder.Dispose();
    };
}
