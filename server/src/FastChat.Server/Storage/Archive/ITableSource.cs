namespace FastChat.Server.Storage.Archive;

/// <summary>All that is kept of a database, as it was at one moment: a database itself, or a backup of one.</summary>
public interface ITableSource : IAsyncDisposable
{
    /// <summary>Whose content it is.</summary>
    SourceInfo Info { get; }

    /// <summary>Its tables, each after those to which its rows refer.</summary>
    IReadOnlyList<CountedTable> Tables { get; }

    /// <summary>
    /// The rows of a table, sorted by its key. Tables are read once and in their order. A row's array is good until the next
    /// row is asked for; its values are what <see cref="ColumnKind"/> says, or null.
    /// </summary>
    IAsyncEnumerable<object?[]> ReadAsync(KeptTable table, CancellationToken cancellationToken);

    /// <summary>Called after the last row: the source is whole.</summary>
    /// <exception cref="ArchiveRefusedException">It is not.</exception>
    Task CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>Whose content a source has.</summary>
/// <param name="Kind"><c>sqlite</c> or <c>postgresql</c>.</param>
/// <param name="Schema">The last migration that its tables have seen; both kinds name them alike.</param>
/// <param name="Epoch">The name of its history.</param>
public sealed record SourceInfo(string Kind, string Schema, string Epoch);
