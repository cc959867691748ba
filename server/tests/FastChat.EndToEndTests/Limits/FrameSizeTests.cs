using System.Text;

namespace FastChat.EndToEndTests.Limits;

/// <summary>How big a frame may be and into how many pieces it may be cut.</summary>
public sealed class FrameSizeTests(OpenServer open)
{
    private const int FrameLimit = 64 * 1024;

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task LIMIT_a_frame_of_exactly_64_KiB_passes_and_one_byte_more_closes_with_1009()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        await socket.SendFrameAsync(RawSocket.TextFrame, Padded(FrameLimit));
        Assert.Equal("padded", (await socket.ExpectAsync("PONG")).Text("ref"));
        await socket.SendFrameAsync(RawSocket.TextFrame, Padded(FrameLimit + 1));

        Assert.Equal(1009, await socket.ExpectEndAsync());
    }

    [Fact]
    public async Task LIMIT_the_size_holds_however_the_message_is_cut()
    {
        await using var whole = await (await Guest.CreateAsync(Server)).ConnectRawAsync();
        await using var over = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        await SendCutAsync(whole, Padded(FrameLimit), 64);
        Assert.Equal("padded", (await whole.ExpectAsync("PONG")).Text("ref"));
        await SendCutAsync(over, Padded(FrameLimit + 1), 3);

        Assert.Equal(1009, await over.ExpectEndAsync());
    }

    [Fact]
    public async Task LIMIT_an_announced_length_over_the_limit_is_1009_before_its_bytes_come()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        // Text, final, masked, 2^40 bytes.
        await socket.SendBytesAsync([0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4, .. new byte[FrameLimit + 1000]]);

        Assert.Contains(await socket.ExpectEndAsync(), new int?[] { 1009, null });
    }

    [Fact]
    public async Task LIMIT_64_fragments_of_a_few_bytes_are_accepted_with_pings_in_between()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();
        var bytes = Padded(128);

        for (var index = 0; index < 64; index++)
        {
            await socket.SendFrameAsync(index == 0 ? RawSocket.TextFrame : RawSocket.Continuation, bytes[(index * 2)..((index * 2) + 2)], final: index == 63);
            if (index % 16 == 7)
            {
                await socket.SendFrameAsync(RawSocket.Ping, []);
            }
        }

        Assert.Equal("padded", (await socket.ExpectAsync("PONG")).Text("ref"));
    }

    [Fact]
    public async Task LIMIT_more_than_1024_pieces_close_with_1009()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();
        var bytes = Padded(3000);

        try
        {
            for (var index = 0; index < 2000; index++)
            {
                await socket.SendFrameAsync(index == 0 ? RawSocket.TextFrame : RawSocket.Continuation, [bytes[index]], final: false);
            }
        }
        catch (IOException)
        {
            // Closed while sending; what was said before still waits to be read.
        }

        Assert.Contains(await socket.ExpectEndAsync(), new int?[] { 1009, null });
    }

    [Fact]
    public async Task LIMIT_empty_fragments_count_as_pieces_too()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        await socket.SendFrameAsync(RawSocket.TextFrame, "{"u8.ToArray(), final: false);
        var piece = RawSocket.Encode(RawSocket.Continuation, [], final: false);
        try
        {
            await socket.SendBytesAsync([.. Enumerable.Repeat(piece, 3000).SelectMany(bytes => bytes)]);
        }
        catch (IOException)
        {
            // As above.
        }

        Assert.Contains(await socket.ExpectEndAsync(), new int?[] { 1009, null });
    }

    [Fact]
    public async Task LIMIT_a_frame_that_dribbles_in_is_served_if_it_is_whole_in_time()
    {
        await using var socket = await (await Guest.CreateAsync(Server)).ConnectRawAsync();

        foreach (var one in RawSocket.Encode(RawSocket.TextFrame, Padded(200)))
        {
            await socket.SendBytesAsync([one]);
        }

        Assert.Equal("padded", (await socket.ExpectAsync("PONG")).Text("ref"));
    }

    private static byte[] Padded(int length)
    {
        const string start = """{"type":"PING","ref":"padded","padding":" """;
        return Encoding.ASCII.GetBytes(start + new string('x', length - start.Length - 2) + "\"}");
    }

    private static async Task SendCutAsync(RawSocket socket, byte[] bytes, int pieces)
    {
        var size = (bytes.Length + pieces - 1) / pieces;
        for (var from = 0; from < bytes.Length; from += size)
        {
            var to = Math.Min(from + size, bytes.Length);
            await socket.SendFrameAsync(from == 0 ? RawSocket.TextFrame : RawSocket.Continuation, bytes[from..to], final: to == bytes.Length);
        }
    }
}
