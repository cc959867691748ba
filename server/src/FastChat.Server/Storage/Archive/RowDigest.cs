using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace FastChat.Server.Storage.Archive;

/// <summary>How many rows went by, and a checksum of them in their order; the same rows have the same from every kind of database.</summary>
public sealed class RowDigest : IDisposable
{
    private const int FlushBytes = 64 * 1024;

    private readonly IReadOnlyList<KeptColumn> columns;
    private readonly ArrayBufferWriter<byte> buffer = new(FlushBytes * 2);
    private readonly Utf8JsonWriter json;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="columns">The columns of the rows to come.</param>
    public RowDigest(IReadOnlyList<KeptColumn> columns)
    {
        this.columns = columns;
        json = new Utf8JsonWriter(buffer, RowCodec.Options);
    }

    /// <summary>How many rows went by.</summary>
    public long Rows { get; private set; }

    /// <summary>Looks at rows as they go by.</summary>
    public async IAsyncEnumerable<object?[]> WatchAsync(IAsyncEnumerable<object?[]> rows)
    {
        await foreach (var row in rows)
        {
            Add(row);
            yield return row;
        }
    }

    /// <summary>Adds a row.</summary>
    public void Add(object?[] row)
    {
        json.Reset();
        RowCodec.Write(json, columns, row);
        json.Flush();
        Rows++;
        if (buffer.WrittenCount >= FlushBytes)
        {
            hash.AppendData(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
        }
    }

    /// <summary>The checksum so far, SHA-256 in hexadecimal digits.</summary>
    public string Checksum()
    {
        hash.AppendData(buffer.WrittenSpan);
        buffer.ResetWrittenCount();
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        json.Dispose();
        hash.Dispose();
    }
}
