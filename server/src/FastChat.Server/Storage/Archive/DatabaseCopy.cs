namespace FastChat.Server.Storage.Archive;

/// <summary>Fills a database with the content of a source and looks whether all of it arrived.</summary>
public static class DatabaseCopy
{
    /// <summary>Sees rows go by that are copied, or with <paramref name="isCheck"/> only looked at.</summary>
    public delegate IAsyncEnumerable<object?[]> Watch(bool isCheck, CountedTable table, IAsyncEnumerable<object?[]> rows);

    /// <summary>Copies all tables, then reads them back and compares numbers and checksums.</summary>
    /// <exception cref="ArchiveRefusedException">The source is not whole, or what was written reads differently.</exception>
    public static async Task RunAsync(ITableSource source, IDatabaseReplacement target, Watch watch, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, (long Rows, string Checksum)>(StringComparer.Ordinal);
        foreach (var table in source.Tables)
        {
            using var digest = new RowDigest(table.Table.Columns);
            var rows = digest.WatchAsync(source.ReadAsync(table.Table, cancellationToken));
            await target.WriteAsync(table.Table, watch(false, table, rows), cancellationToken);
            sums.Add(table.Table.Name, (digest.Rows, digest.Checksum()));
        }

        await source.CompleteAsync(cancellationToken);
        foreach (var table in source.Tables)
        {
            using var digest = new RowDigest(table.Table.Columns);
            await foreach (var row in watch(true, table, target.ReadAsync(table.Table, cancellationToken)))
            {
                digest.Add(row);
            }

            if (sums[table.Table.Name] != (digest.Rows, digest.Checksum()))
            {
                throw new ArchiveRefusedException($"What was written to {table.Table.Name} reads differently than what was to be written; nothing was changed.");
            }
        }
    }
}
