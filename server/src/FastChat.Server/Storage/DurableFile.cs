using System.Runtime.InteropServices;

namespace FastChat.Server.Storage;

/// <summary>Files that take their place whole, and keep it when the power fails.</summary>
internal static class DurableFile
{
    private const int ReadOnlyAccess = 0;

    /// <summary>Writes what the system still holds of a file to the disk.</summary>
    public static void Sync(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes a file's place in its folder to the disk, after it was made, renamed or removed.</summary>
    public static void SyncFolderOf(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // Its file systems write names themselves, and have no call for it.
            return;
        }

        var folder = OpenFile(Path.GetDirectoryName(Path.GetFullPath(path))!, ReadOnlyAccess);
        if (folder < 0)
        {
            return;
        }

        // Some file systems can't sync a folder and need not.
        _ = SyncFile(folder);
        _ = CloseFile(folder);
    }

#pragma warning disable SYSLIB1054 // The generated kind needs unsafe code, which this assembly does without.
    [DllImport("libc", EntryPoint = "open", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFile([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SyncFile(int file);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseFile(int file);
#pragma warning restore SYSLIB1054
}
