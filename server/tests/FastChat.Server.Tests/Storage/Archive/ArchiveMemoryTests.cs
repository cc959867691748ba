using System.IO.Compression;
using FastChat.Server.Storage.Archive;
using Xunit;

namespace FastChat.Server.Tests.Storage.Archive;

[Collection(Alone.Name)]
public sealed class ArchiveMemoryTests
{
    [Fact]
    public async Task A_line_without_end_is_refused_before_it_fills_the_memory()
    {
        using var file = Pack(megabytes: 256);
        var before = GC.GetTotalAllocatedBytes();
        await Assert.ThrowsAsync<ArchiveRefusedException>(() => ArchiveReader.CheckAsync(file, "x", (_, _, rows) => rows, default));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 256 * 1024 * 1024);
    }

    private static MemoryStream Pack(int megabytes)
    {
        var file = new MemoryStream();
        using (var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            var part = new byte[1024 * 1024];
            for (var i = 0; i < megabytes; i++)
            {
                packed.Write(part);
            }
        }

        file.Position = 0;
        return file;
    }
}
