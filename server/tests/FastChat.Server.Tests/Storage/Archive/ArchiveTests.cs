using System.IO.Compression;
using System.Text;
using FastChat.Server.Storage.Archive;
using Xunit;

namespace FastChat.Server.Tests.Storage.Archive;

public sealed class ArchiveTests
{
    private static readonly KeptTable Things = new(
        "things",
        [
            new("id", ColumnKind.Uuid), new("number", ColumnKind.Integer), new("flag", ColumnKind.Boolean), new("text", ColumnKind.Text),
            new("bytes", ColumnKind.Bytes), new("at", ColumnKind.Time),
        ],
        ["id"]);

    private static readonly KeptTable Empty = new("empties", [new("id", ColumnKind.Integer)], ["id"]);

    private static readonly object?[][] Rows =
    [
        [Guid.Empty, long.MinValue, false, string.Empty, Array.Empty<byte>(), -1L],
        [new Guid("0190b5a0-0000-7000-8000-00000000abcd"), long.MaxValue, true, "Grüße, \"世界\" 😀 <&> \n\t\\ \u2028", new byte[] { 0, 255, 10, 13 }, 1_767_323_045_000L],
        [null, null, null, null, null, null],
    ];

    [Fact]
    public async Task A_backup_reads_as_it_was_written()
    {
        await using var reader = await ArchiveReader.OpenAsync(new MemoryStream(await WriteAsync()), "x", default);
        Assert.Equal(new SourceInfo("sqlite", "0001_Initial", "e1"), reader.Info);
        Assert.Equal([("things", 3), ("empties", 0)], reader.Tables.Select(table => (table.Table.Name, table.Rows)));
        Assert.Equal(Things.Columns, reader.Tables[0].Table.Columns);
        var rows = await reader.ReadAsync(reader.Tables[0].Table, default).Select(row => row.ToArray()).ToListAsync();
        Assert.Equal(Rows, rows);
        Assert.Empty(await reader.ReadAsync(reader.Tables[1].Table, default).ToListAsync());
        await reader.CompleteAsync(default);
    }

    [Fact]
    public async Task It_is_lines_of_JSON_with_the_checksum_of_what_stands_before_the_last()
    {
        var text = Encoding.UTF8.GetString(Unpack(await WriteAsync()));
        var lines = text.Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.Equal(
            ["""{"table":"things"}""", """["00000000-0000-0000-0000-000000000000",-9223372036854775808,false,"","",-1]"""], lines[1..3]);
        Assert.Equal(["[null,null,null,null,null,null]", """{"table":"empties"}"""], lines[4..6]);
        var before = Encoding.UTF8.GetBytes(text[..(text.LastIndexOf('\n', text.Length - 2) + 1)]);
        Assert.Equal($$"""{"rows":3,"sha256":"{{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(before))}}"}""", lines[^2]);
    }

    [Fact]
    public async Task A_file_that_is_cut_anywhere_is_refused_unless_its_last_line_and_all_before_are_there()
    {
        var whole = await WriteAsync();
        var unpacked = Unpack(whole);
        for (var length = 0; length < whole.Length; length++)
        {
            if (await RefusalAsync(whole[..length]) is null)
            {
                // Only what gzip puts behind the content may be missing: its end mark (up to 2 bytes) and its own checksum (8), which ours makes needless.
                Assert.Equal(unpacked, Unpack(whole[..length]));
                Assert.InRange(whole.Length - length, 1, 10);
            }
        }

        // Packed anew, so that only the lines tell: at every byte, and so also between any two lines.
        for (var length = 0; length < unpacked.Length; length++)
        {
            await AssertRefusedAsync(Pack(unpacked[..length]));
        }
    }

    [Fact]
    public async Task Whatever_bit_is_flipped_it_is_refused_or_reads_the_same()
    {
        var whole = await WriteAsync();
        var content = Unpack(whole);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var flipped = whole.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            if (await RefusalAsync(flipped) is null)
            {
                // Such as the time in gzip's own header.
                Assert.Equal(content, Unpack(flipped));
            }
        }
    }

    [Fact]
    public async Task Whatever_bit_of_a_line_is_flipped_it_is_refused()
    {
        var content = Unpack(await WriteAsync());
        for (var bit = 0; bit < content.Length * 8; bit++)
        {
            var flipped = content.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            await AssertRefusedAsync(Pack(flipped));
        }
    }

    [Fact]
    public async Task Lines_that_are_left_out_doubled_or_exchanged_are_refused()
    {
        var lines = Encoding.UTF8.GetString(Unpack(await WriteAsync())).TrimEnd('\n').Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            await AssertRefusedAsync(Pack([.. lines[..i], .. lines[(i + 1)..]]));
            await AssertRefusedAsync(Pack([.. lines[..i], lines[i], .. lines[i..]]));
            if (i > 0)
            {
                await AssertRefusedAsync(Pack([.. lines[..(i - 1)], lines[i], lines[i - 1], .. lines[(i + 1)..]]));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"format":"other","version":1}""")]
    [InlineData("""{"format":"fastchat-archive","version":"1"}""")]
    [InlineData("""{"format":"fastchat-archive","version":0}""")]
    public async Task What_is_no_backup_is_called_so(string line)
    {
        Assert.Equal("The file x is no backup of FastChat, or its beginning is damaged.", await RefusalAsync(Pack([line])));
        Assert.Equal("The file x is no backup of FastChat, or its beginning is damaged.", await RefusalAsync(Encoding.UTF8.GetBytes(line)));
    }

    [Fact]
    public async Task A_newer_version_is_refused_by_its_number() => Assert.Equal(
        "The backup x is of version 2, which this program can't read: it reads up to 1; use a newer FastChat.",
        await RefusalAsync(Pack(["""{"format":"fastchat-archive","version":2,"whatever":[]}"""])));

    [Theory]
    [InlineData("[null]")]
    [InlineData("""[{"name":"a","rows":-1,"columns":[]}]""")]
    [InlineData("""[{"name":"a","rows":1,"columns":[null]}]""")]
    [InlineData("""[{"name":"a","rows":1,"columns":["b"]}]""")]
    [InlineData("""[{"name":"a","rows":1,"columns":["b float"]}]""")]
    [InlineData("""[{"name":"a","rows":0,"columns":[]},{"name":"a","rows":0,"columns":[]}]""")]
    public async Task A_header_that_makes_no_sense_is_called_damaged(string tables) => Assert.StartsWith(
        "The backup x is damaged: ",
        await RefusalAsync(Pack(
            [$$"""{"format":"fastchat-archive","version":1,"program":"","created_at":"","source":"","schema":"","epoch":"","tables":{{tables}}}"""])),
        StringComparison.Ordinal);

    private static async Task<byte[]> WriteAsync()
    {
        using var file = new MemoryStream();
        var tables = new CountedTable[] { new(Things, Rows.Length), new(Empty, 0) };
        var header = new ArchiveHeader(
            ArchiveHeader.Name, ArchiveHeader.CurrentVersion, "1.2.3", "2026-01-02T03:04:05.000Z", "sqlite", "0001_Initial", "e1",
            [.. tables.Select(ArchiveTable.Of)]);
        await using (var writer = new ArchiveWriter(file, header))
        {
            await writer.WriteAsync(Things, Rows.ToAsyncEnumerable(), default);
            await writer.WriteAsync(Empty, AsyncEnumerable.Empty<object?[]>(), default);
            await writer.CompleteAsync(default);
        }

        return file.ToArray();
    }

    private static async Task AssertRefusedAsync(byte[] file) => Assert.NotNull(await RefusalAsync(file));

    private static async Task<string?> RefusalAsync(byte[] file)
    {
        try
        {
            await ArchiveReader.CheckAsync(new MemoryStream(file), "x", (_, _, rows) => rows, default);
            return null;
        }
        catch (ArchiveRefusedException refusal)
        {
            return refusal.Message;
        }
    }

    private static byte[] Pack(string[] lines) => Pack(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

    private static byte[] Pack(byte[] content)
    {
        using var file = new MemoryStream();
        using (var packed = new GZipStream(file, CompressionLevel.Fastest))
        {
            packed.Write(content);
        }

        return file.ToArray();
    }

    private static byte[] Unpack(byte[] file)
    {
        using var unpacked = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
        using var content = new MemoryStream();
        unpacked.CopyTo(content);
        return content.ToArray();
    }
}
