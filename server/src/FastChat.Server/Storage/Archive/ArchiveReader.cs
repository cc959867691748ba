using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FastChat.Server.Storage.Archive;

/// <summary>Reads a backup. Whatever is wrong with the file is said in a sentence that names it.</summary>
public sealed class ArchiveReader : ITableSource
{
    private readonly string name;
    private readonly ArchiveLines lines;
    private long rowsRead;

    private ArchiveReader(string name, ArchiveLines lines)
    {
        this.name = name;
        this.lines = lines;
    }

    /// <summary>The first line.</summary>
    public ArchiveHeader Header { get; private set; } = null!;

    /// <inheritdoc/>
    public SourceInfo Info => new(Header.Source, Header.Schema, Header.Epoch);

    /// <inheritdoc/>
    public IReadOnlyList<CountedTable> Tables { get; private set; } = [];

    /// <summary>Begins to read.</summary>
    /// <param name="file">The backup; it stays open.</param>
    /// <param name="name">How sentences call it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArchiveRefusedException">It is no backup, or one of a newer version.</exception>
    public static async Task<ArchiveReader> OpenAsync(Stream file, string name, CancellationToken cancellationToken)
    {
        var reader = new ArchiveReader(name, new ArchiveLines(file));
        try
        {
            await reader.ReadHeaderAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads all of a backup and looks whether it is whole.</summary>
    /// <exception cref="ArchiveRefusedException">It is not.</exception>
    public static async Task<ArchiveHeader> CheckAsync(Stream file, string name, DatabaseCopy.Watch watch, CancellationToken cancellationToken)
    {
        await using var reader = await OpenAsync(file, name, cancellationToken);
        foreach (var table in reader.Tables)
        {
            await foreach (var row in watch(true, table, reader.ReadAsync(table.Table, cancellationToken)))
            {
                _ = row;
            }
        }

        await reader.CompleteAsync(cancellationToken);
        return reader.Header;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<object?[]> ReadAsync(KeptTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var mark = Parse(await NextAsync(cancellationToken), ArchiveJsonContext.Default.ArchiveMark);
        if (mark.Table != table.Name)
        {
            throw Damaged("its tables are not in their order");
        }

        var row = new object?[table.Columns.Count];
        var left = Tables.Single(candidate => candidate.Table.Name == table.Name).Rows;
        for (; left > 0; left--)
        {
            var line = await NextAsync(cancellationToken);
            try
            {
                RowCodec.Read(line, table.Columns, row);
            }
            catch (FormatException fault)
            {
                throw Damaged($"a row of {table.Name} can't be read", fault);
            }

            rowsRead++;
            yield return row;
        }
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var end = Parse(await NextAsync(cancellationToken), ArchiveJsonContext.Default.ArchiveEnd);
        if (end.Rows != rowsRead || end.Sha256 != lines.Checksum())
        {
            throw Damaged("its checksum is not that of its content");
        }

        if (await LineAsync(cancellationToken) is not null)
        {
            throw Damaged("something stands behind its end");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private async Task ReadHeaderAsync(CancellationToken cancellationToken)
    {
        ReadOnlySequence<byte> line;
        string? format;
        int version;
        try
        {
            line = await lines.NextAsync(cancellationToken) ?? throw new InvalidDataException("it is empty");
            using var header = JsonDocument.Parse(line);
            format = header.RootElement.GetProperty("format").GetString();
            version = header.RootElement.GetProperty("version").GetInt32();
        }
        catch (Exception fault) when (fault is InvalidDataException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ArchiveRefusedException($"The file {name} is no backup of FastChat, or its beginning is damaged.", fault);
        }

        if (format != ArchiveHeader.Name || version < 1)
        {
            throw new ArchiveRefusedException($"The file {name} is no backup of FastChat, or its beginning is damaged.");
        }

        if (version > ArchiveHeader.CurrentVersion)
        {
            throw new ArchiveRefusedException(
                $"The backup {name} is of version {version}, which this program can't read: it reads up to {ArchiveHeader.CurrentVersion}; use a newer FastChat.");
        }

        Header = Parse(line, ArchiveJsonContext.Default.ArchiveHeader);
        if (Header.Tables.Any(table => table is null || table.Rows < 0 || table.Columns.Contains(null!)))
        {
            throw Damaged("its list of tables makes no sense");
        }

        try
        {
            Tables = [.. Header.Tables.Select(table => table.Read())];
        }
        catch (ArchiveRefusedException fault)
        {
            throw Damaged(fault.Message.TrimEnd('.'), fault);
        }

        if (Tables.Select(table => table.Table.Name).Distinct(StringComparer.Ordinal).Count() != Tables.Count)
        {
            throw Damaged("its list of tables makes no sense");
        }
    }

    private async ValueTask<ReadOnlySequence<byte>> NextAsync(CancellationToken cancellationToken) =>
        await LineAsync(cancellationToken) ?? throw Damaged("it ends in the middle");

    private async ValueTask<ReadOnlySequence<byte>?> LineAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await lines.NextAsync(cancellationToken);
        }
        catch (InvalidDataException fault)
        {
            throw Damaged("it can't be unpacked to its end", fault);
        }
    }

    private T Parse<T>(in ReadOnlySequence<byte> line, JsonTypeInfo<T> type)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            return JsonSerializer.Deserialize(ref json, type) ?? throw Damaged("a line is empty");
        }
        catch (JsonException fault)
        {
            throw Damaged("a line is not what is due there", fault);
        }
    }

    private ArchiveRefusedException Damaged(string reason, Exception? fault = null) => new($"The backup {name} is damaged: {reason}.", fault!);
}
