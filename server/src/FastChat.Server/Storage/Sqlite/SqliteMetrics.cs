using System.Diagnostics.Metrics;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>How much room the database has left to grow.</summary>
internal static class SqliteMetrics
{
    private static ObservableGauge<long>? freeBytes;
    private static string? folder;

    /// <summary>Tells of the disk on which a database lies; asked whenever somebody looks.</summary>
    public static void Watch(string path)
    {
        folder = Path.GetDirectoryName(Path.GetFullPath(path));
        freeBytes ??= Instruments.Meter.CreateObservableGauge("fastchat.disk.free", Free, "By", "Bytes that are free on the disk of the embedded database.");
    }

    private static IEnumerable<Measurement<long>> Free()
    {
        try
        {
            return folder is null ? [] : [new Measurement<long>(new DriveInfo(folder).AvailableFreeSpace)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A disk that can't be asked has no number; that it fails is seen where it is written to.
            return [];
        }
    }
}
