using FastChat.Server.Storage;
using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Operations;

/// <summary>A backup that is being written, under a name of its own beside the one that it gets when it is whole.</summary>
internal sealed class BackupFile : IDisposable
{
    /// <summary>Only the owner may read and write: the file holds what the database holds, the key that signs tokens too.</summary>
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string path;
    private readonly string partial;
    private readonly bool force;
    private bool isKept;

    private BackupFile(string path, bool force)
    {
        this.path = path;
        this.force = force;
        partial = path + ".partial";
        RequireRoom();

        // A lock rather than the mere existence tells a file that is being written from one that a killed backup has left.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        Stream = new FileStream(partial, options);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Stream.SafeFileHandle, OwnerOnly);
        }

        Stream.SetLength(0);
    }

    /// <summary>Where to write.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins to write a backup.</summary>
    /// <param name="path">The name that it gets when it is whole.</param>
    /// <param name="force">Whether a file of that name is replaced.</param>
    /// <exception cref="ArchiveRefusedException">A file of that name is there.</exception>
    public static BackupFile Create(string path, bool force) => new(path, force);

    /// <summary>Opens a backup to read it.</summary>
    /// <exception cref="ArchiveRefusedException">There is none.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan | FileOptions.Asynchronous });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveRefusedException($"The backup {path} can't be read: {(fault is FileNotFoundException ? "there is no such file." : fault.Message)}", fault);
        }
    }

    /// <summary>Puts all on the disk, reads it back, and gives the file its name.</summary>
    /// <returns>The file's length in bytes.</returns>
    public async Task<long> KeepAsync(DatabaseCopy.Watch watch, CancellationToken cancellationToken)
    {
        Stream.Flush(flushToDisk: true);
        var bytes = Stream.Length;
        Stream.Position = 0;
        await ArchiveReader.CheckAsync(Stream, partial, watch, cancellationToken);
        RequireRoom();
        cancellationToken.ThrowIfCancellationRequested();
        File.Move(partial, path, overwrite: force);
        isKept = true;
        DurableFile.SyncFolderOf(path);
        return bytes;
    }

    /// <summary>Closes the file, and removes it if it was not finished.</summary>
    public void Dispose()
    {
        // Removed while it is locked, so that it is not another's that is removed.
        if (!isKept && !OperatingSystem.IsWindows())
        {
            File.Delete(partial);
        }

        Stream.Dispose();
        if (!isKept && OperatingSystem.IsWindows())
        {
            File.Delete(partial);
        }
    }

    private void RequireRoom()
    {
        if (Directory.Exists(path))
        {
            throw new ArchiveRefusedException($"{path} is a folder; name a file in it.");
        }

        if (!force && File.Exists(path))
        {
            throw new ArchiveRefusedException($"{path} is there already; name another file, or say --force to replace it.");
        }
    }
}
