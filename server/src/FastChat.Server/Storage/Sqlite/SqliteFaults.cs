using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Tells outages of SQLite from bugs.</summary>
internal static class SqliteFaults
{
    // https://www.sqlite.org/rescode.html: BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
    private static readonly HashSet<int> Outages = [5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26];

    /// <summary>The database was in the way.</summary>
    public static bool IsOutage(Exception fault) => Find(fault) is { } sqlite && Outages.Contains(sqlite.SqliteErrorCode);

    /// <summary>The same fault, as <see cref="DatabaseUnavailableException"/> if the database was in the way.</summary>
    public static Exception Translate(Exception fault) =>
        IsOutage(fault) && Find(fault) is { } sqlite
            ? new DatabaseUnavailableException($"SQLite answered {sqlite.SqliteExtendedErrorCode}: {sqlite.Message}", fault)
            : fault;

    private static SqliteException? Find(Exception? fault)
    {
        while (fault is not null and not SqliteException)
        {
            fault = fault.InnerException;
        }

        return (SqliteException?)fault;
    }
}
