namespace FastChat.Server.Storage.Archive;

/// <summary>What an operator does with a database as a whole, while no server has it, or beside one.</summary>
public interface IDatabaseAdministration
{
    /// <summary>Which database it is, in sentences; never with a password.</summary>
    string Name { get; }

    /// <summary>Brings the schema up to date, and makes the database where that is a file. Servers may be running.</summary>
    /// <returns>The migrations that were applied, in their order; empty if there was nothing to do.</returns>
    /// <exception cref="DatabaseRefusedException">It can't be used; nothing was changed in it.</exception>
    Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Begins to read everything as it is at this moment, without being in anybody's way.</summary>
    /// <param name="alone">No server may have the database, now and until the source is disposed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DatabaseRefusedException">There is nothing to read, it is newer than this program, or a server has it.</exception>
    Task<ITableSource> ReadAsync(bool alone, CancellationToken cancellationToken);

    /// <summary>Begins to replace everything. No server may have the database, now and until the replacement is disposed.</summary>
    /// <param name="source">Whose content will come.</param>
    /// <param name="onlyIfEmpty">Refuse to replace a database in which somebody is or was.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DatabaseRefusedException">It can't be had, is not empty, or what is to come is newer than this program.</exception>
    Task<IDatabaseReplacement> ReplaceAsync(SourceInfo source, bool onlyIfEmpty, CancellationToken cancellationToken);

    /// <summary>Looks whether it can be used and keeps what is promised, beside servers or without any, and changes nothing.</summary>
    IAsyncEnumerable<Finding> ExamineAsync(CancellationToken cancellationToken);

    /// <summary>Looks whether it carries what nodes have to tell each other.</summary>
    Task<Finding> ExamineBusAsync(CancellationToken cancellationToken);
}

/// <summary>
/// The new content of a database. Nobody sees any of it before <see cref="CommitAsync"/> and everybody all of it
/// afterwards; if it is disposed before, or the process dies, the old content stays.
/// </summary>
public interface IDatabaseReplacement : IAsyncDisposable
{
    /// <summary>Fills a table; columns that the source does not have take their defaults.</summary>
    Task WriteAsync(KeptTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken);

    /// <summary>What was written to a table, in the columns of the source, sorted by the key.</summary>
    IAsyncEnumerable<object?[]> ReadAsync(KeptTable table, CancellationToken cancellationToken);

    /// <summary>Checks that rows refer to rows that are there, and puts the new content in the old one's place, durably.</summary>
    /// <param name="epoch">The new name of the history; null keeps what was written.</param>
    /// <param name="cancellationToken">Gives up the checks; what comes after them is not interrupted.</param>
    /// <returns>Where the old content is kept; null if it is not.</returns>
    Task<string?> CommitAsync(string? epoch, CancellationToken cancellationToken);
}
