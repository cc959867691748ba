using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FastChat.Server.Storage.Archive;

/// <summary>
/// Writes a backup: lines of JSON, compressed with gzip. First a header, then each table's mark and its rows, last the number
/// of rows and a checksum of all lines before. <c>docs/operations.md</c> shows one.
/// </summary>
public sealed class ArchiveWriter : IAsyncDisposable
{
    private const int FlushBytes = 64 * 1024;

    private readonly GZipStream output;
    private readonly ArrayBufferWriter<byte> buffer = new(FlushBytes * 2);
    private readonly Utf8JsonWriter json;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long rowsWritten;

    /// <param name="file">Where to; it stays open.</param>
    /// <param name="header">The first line.</param>
    public ArchiveWriter(Stream file, ArchiveHeader header)
    {
        output = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
        json = new Utf8JsonWriter(buffer, RowCodec.Options);
        WriteLine(header, ArchiveJsonContext.Default.ArchiveHeader);
    }

    /// <summary>Writes a table; tables come in the order of the header, with as many rows as it says.</summary>
    public async Task WriteAsync(KeptTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        WriteLine(new ArchiveMark(table.Name), ArchiveJsonContext.Default.ArchiveMark);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            json.Reset();
            RowCodec.Write(json, table.Columns, row);
            EndLine();
            rowsWritten++;
            if (buffer.WrittenCount >= FlushBytes)
            {
                await FlushAsync(cancellationToken);
            }
        }
    }

    /// <summary>Writes the last line. Without it nobody takes the file for a backup.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        WriteLine(new ArchiveEnd(rowsWritten, Convert.ToHexStringLower(hash.GetHashAndReset())), ArchiveJsonContext.Default.ArchiveEnd);
        await FlushAsync(cancellationToken);
    }

    /// <summary>Writes what is buffered and ends the compression.</summary>
    public async ValueTask DisposeAsync()
    {
        await output.DisposeAsync();
        await json.DisposeAsync();
        hash.Dispose();
    }

    private void WriteLine<T>(T value, JsonTypeInfo<T> type)
    {
        json.Reset();
        JsonSerializer.Serialize(json, value, type);
        EndLine();
    }

    private void EndLine()
    {
        json.Flush();
        buffer.Write("\n"u8);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        hash.AppendData(buffer.WrittenSpan);
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
        buffer.ResetWrittenCount();
    }
}
