using FastChat.Server.Storage.Archive;
using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Looks at the embedded database as an operator would, beside a running server or without one, and changes nothing in it.</summary>
internal static class SqliteExamination
{
    /// <summary>Below this the operator should know, in bytes.</summary>
    private const long FewBytes = 1L << 30;

    /// <summary>Below this the next checkpoint or backup may fail, in bytes.</summary>
    private const long TooFewBytes = 100L << 20;

    /// <summary>File systems of other machines, on which locks and fsync can't be relied on.</summary>
    private static readonly string[] Remote = ["nfs", "nfs4", "cifs", "smb", "smb2", "smbfs", "fuse.sshfs", "9p"];

    public static IEnumerable<Finding> Examine(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var isThere = false;
        Finding? fault = null;
        try
        {
            SqliteStart.RequireSqlite();
            isThere = File.Exists(path) || Directory.Exists(path);
            if (isThere)
            {
                SqliteFile.RequireOurs(path);
            }
        }
        catch (DatabaseRefusedException refused)
        {
            fault = Finding.Wrong("database", refused.Message.TrimEnd('.'));
        }

        if (fault is not null)
        {
            return [fault];
        }

        Finding database = isThere ? Finding.Ok("database", $"{path} is there") : Finding.Ok("database", $"{path} is not there yet; the first start makes it");
        return [database, .. isThere ? Inside(path) : [], Writable(path, folder, isThere), .. Disk(folder)];
    }

    private static List<Finding> Inside(string path)
    {
        var findings = new List<Finding>();
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = SqliteStart.BusySeconds }.ToString());
            connection.Open();
            var applied = SqliteSchema.Applied(connection);
            var pending = SqliteSchema.Known.Except(applied, StringComparer.Ordinal).ToList();
            findings.Add(pending.Count == 0
                ? Finding.Ok("schema", $"{applied[^1]}, which is this program's")
                : Finding.Warning("schema", $"{(applied.Count == 0 ? "there is none yet" : $"it is {applied[^1]}")}; the next start, or fastchat migrate, applies {string.Join(", ", pending)}"));
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode";
            var mode = (string)command.ExecuteScalar()!;
            findings.Add(mode == "wal"
                ? Finding.Ok("durability", "journal_mode is wal, and the server writes with synchronous = FULL")
                : Finding.Warning("durability", $"journal_mode is {mode}; the next start makes it wal"));
        }
        catch (Exception fault) when (fault is DatabaseRefusedException || SqliteFaults.IsOutage(fault))
        {
            findings.Add(Finding.Wrong("schema", fault is DatabaseRefusedException ? fault.Message.TrimEnd('.') : $"the database can't be read: {fault.Message}"));
        }

        return findings;
    }

    private static Finding Writable(string path, string folder, bool isThere)
    {
        try
        {
            if (isThere)
            {
                // Shared, so that a running server is not in the way, and this not in its.
                using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            }

            var existing = Existing(folder);
            using var probe = new FileStream(
                Path.Combine(existing, $".fastchat-doctor-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
            probe.Flush(flushToDisk: true);
            return Finding.Ok("file", $"{(isThere ? path : existing)} can be written");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Finding.Wrong("file", $"it can't be written by this user: {fault.Message.TrimEnd('.')}; run this as the user that runs the server, who must own the folder and its files");
        }
    }

    private static IEnumerable<Finding> Disk(string folder)
    {
        var existing = Existing(folder);
        var drive = new DriveInfo(existing);
        var free = drive.AvailableFreeSpace;
        var text = $"{free / 1048576:N0} MiB are free where the database is";
        yield return free < TooFewBytes ? Finding.Wrong("disk", $"{text}: make room")
            : free < FewBytes ? Finding.Warning("disk", $"{text}: backups and the WAL need some")
            : Finding.Ok("disk", text);
        if (Remote.Contains(drive.DriveFormat, StringComparer.OrdinalIgnoreCase))
        {
            yield return Finding.Warning("disk", $"{existing} is on {drive.DriveFormat}, another machine's file system: keep the database on a local disk, or use PostgreSQL");
        }
    }

    private static string Existing(string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        return existing;
    }
}
