using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace FastChat.Server.Storage.Archive;

/// <summary>The lines of a backup one by one, with the checksum of those that were read. Memory is bounded whatever the file holds.</summary>
internal sealed class ArchiveLines : IAsyncDisposable
{
    /// <summary>More than any row has: a message is 64 KiB at most, however it is written.</summary>
    private const int LongestLine = 4 * 1024 * 1024;

    private readonly GZipStream unpacked;
    private readonly PipeReader pipe;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ReadOnlySequence<byte>? current;

    /// <param name="file">The backup; it stays open.</param>
    public ArchiveLines(Stream file)
    {
        unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        pipe = PipeReader.Create(unpacked, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
    }

    /// <summary>The next line with its end, good until the next call; null at the end of the file.</summary>
    /// <exception cref="InvalidDataException">What is there can't be unpacked, or is no line.</exception>
    public async ValueTask<ReadOnlySequence<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        if (current is { } last)
        {
            AddToHash(last);
            pipe.AdvanceTo(last.End);
            current = null;
        }

        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                current = read.Buffer.Slice(0, read.Buffer.GetPosition(1, end));
                return current;
            }

            if (read.IsCompleted && read.Buffer.IsEmpty)
            {
                return null;
            }

            if (read.IsCompleted || read.Buffer.Length > LongestLine)
            {
                throw new InvalidDataException(read.IsCompleted ? "a line has no end" : "a line is too long");
            }

            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>SHA-256 of all lines before the current one, in hexadecimal digits.</summary>
    public string Checksum() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public async ValueTask DisposeAsync()
    {
        await pipe.CompleteAsync();
        await unpacked.DisposeAsync();
        hash.Dispose();
    }

    private void AddToHash(in ReadOnlySequence<byte> line)
    {
        foreach (var part in line)
        {
            hash.AppendData(part.Span);
        }
    }
}
