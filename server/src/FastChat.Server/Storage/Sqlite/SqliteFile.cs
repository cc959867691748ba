using System.Buffers.Binary;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>
/// The database file before SQLite sees it: whose it is, and that no second server has it. A file that is not ours is
/// only read.
/// </summary>
public sealed class SqliteFile : IDisposable
{
    /// <summary>Marks a database as ours, in the header's <c>application_id</c> ("FCht").</summary>
    public const int ApplicationId = 0x46436874;

    private const int HeaderLength = 100;
    private const int ApplicationIdOffset = 68;

    private readonly FileStream held;

    private SqliteFile(FileStream held, bool isNew)
    {
        this.held = held;
        IsNew = isNew;
    }

    /// <summary>No database is there yet.</summary>
    public bool IsNew { get; }

    /// <summary>Takes the file for this process until it is disposed or the process ends, however it ends.</summary>
    /// <exception cref="DatabaseRefusedException">It can't be had, with the reason.</exception>
    public static SqliteFile Take(string path)
    {
        try
        {
            var isNew = !IsOurs(path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new SqliteFile(Lock(path), isNew);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new DatabaseRefusedException($"The database {path} can't be opened: permission denied.", fault);
        }
        catch (IOException fault)
        {
            throw new DatabaseRefusedException($"The database {path} can't be opened: {fault.Message}", fault);
        }
    }

    /// <summary>Looks whether a database of ours is there, and changes nothing.</summary>
    /// <exception cref="DatabaseRefusedException">There is none, or it can't be read.</exception>
    public static void RequireOurs(string path)
    {
        try
        {
            if (!IsOurs(path))
            {
                throw new DatabaseRefusedException($"There is no database at {path}.");
            }
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new DatabaseRefusedException($"The database {path} can't be opened: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    /// <summary>The kernel's lock on a file beside the database goes with the process; a row or a file's mere existence would not.</summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new DatabaseRefusedException($"The database {path} is in use by another FastChat server.", fault);
        }
    }

    private static bool IsOurs(string path)
    {
        if (Directory.Exists(path))
        {
            throw new DatabaseRefusedException($"The database {path} can't be opened: it is a folder.");
        }

        if (!File.Exists(path))
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var length = file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        if (length == 0)
        {
            return false;
        }

        if (length < HeaderLength || !header.StartsWith("SQLite format 3\0"u8))
        {
            throw new DatabaseRefusedException($"The file {path} is no SQLite database.");
        }

        return BinaryPrimitives.ReadInt32BigEndian(header[ApplicationIdOffset..]) == ApplicationId
            ? true
            : throw new DatabaseRefusedException($"The database {path} belongs to another application, not to FastChat.");
    }
}
