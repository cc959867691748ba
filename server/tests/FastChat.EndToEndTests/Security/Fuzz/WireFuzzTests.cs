using System.Text;

namespace FastChat.EndToEndTests.Security.Fuzz;

/// <summary>Bytes that are almost WebSocket frames: lengths, masks, opcodes and reserved bits changed at random.</summary>
public sealed class WireFuzzTests(FuzzServer fuzz) : IClassFixture<FuzzServer>
{
    /// <summary>So many inputs go into one connection, unless it is closed before.</summary>
    private const int Batch = 8;

    /// <summary>So many connections are fed at once: some of them wait for bytes that a changed length has promised.</summary>
    private const int AtOnce = 16;

    /// <summary>For so long an answer to what follows the inputs is awaited; where they have swallowed that, none comes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    [Fact]
    public Task WS_mutated_bytes_end_at_most_their_own_connection() => FuzzRun.RunAsync("bytes", 0.1, fuzz.Server, RunAsync);

    private async Task RunAsync(FuzzRun run, Random random)
    {
        var (ada, bob) = await Guest.PairAsync(fuzz.Server);
        await using var inside = await bob.ConnectAsync();
        var good = GoodBytes();
        var mutator = new Mutator(random);
        var sent = 0;
        while (sent < run.Inputs)
        {
            run.At(sent);
            var batches = new List<byte[]>();
            while (batches.Count < AtOnce && sent < run.Inputs)
            {
                var count = Math.Min(Batch, run.Inputs - sent);
                batches.Add([.. Enumerable.Range(0, count).SelectMany(_ => mutator.Bytes(good[random.Next(good.Length)]))]);
                sent += count;
                for (var one = 0; one < count; one++)
                {
                    run.Count("sent");
                }
            }

            await Task.WhenAll(batches.Select(batch => FeedAsync(run, ada, batch)));
            await inside.AssertQuietAsync();
        }
    }

    /// <summary>
    /// What the server closes with is one of RFC 6455's reasons or ours; otherwise it answers what follows, or waits for more bytes
    /// until there are none.
    /// </summary>
    private static async Task FeedAsync(FuzzRun run, Guest ada, byte[] batch)
    {
        await using var socket = await ada.ConnectRawAsync();
        try
        {
            await socket.SendBytesAsync([.. batch, .. RawSocket.Encode(RawSocket.TextFrame, Encoding.UTF8.GetBytes("""{"type":"PING","ref":"behind"}"""))]);
        }
        catch (IOException)
        {
            // Closed while it was being fed; the reason waits to be read.
        }

        run.Count(await OutcomeAsync(socket));
    }

    private static async Task<string> OutcomeAsync(RawSocket socket)
    {
        var reading = ReadToEndAsync(socket);
        if (await Task.WhenAny(reading, Task.Delay(Patience)) == reading)
        {
            return await reading;
        }

        // No more bytes: whatever it waits for will not come.
        socket.SendFin();
        await reading;
        return "(waited for more)";
    }

    private static async Task<string> ReadToEndAsync(RawSocket socket)
    {
        while (await socket.ReadAsync(FastChat.Faults.Patience.Bound(10)) is { } frame)
        {
            if (frame.Opcode == RawSocket.Close)
            {
                Assert.Contains(frame.CloseCode, new[] { 1000, 1002, 1003, 1007, 1009, 4501, 4004 });
                return $"(closed {frame.CloseCode})";
            }

            if (frame.Opcode == RawSocket.TextFrame && frame.Text.Contains("\"behind\"", StringComparison.Ordinal))
            {
                return "(went on)";
            }
        }

        return "(ended without a code)";
    }

    private static byte[][] GoodBytes()
    {
        var ping = Encoding.UTF8.GetBytes("""{"type":"PING","ref":"a"}""");
        return
        [
            RawSocket.Encode(RawSocket.TextFrame, ping, mask: [1, 2, 3, 4]),
            RawSocket.Encode(RawSocket.TextFrame, Encoding.UTF8.GetBytes($$"""{"type":"PING","ref":"b","x":"{{new string('x', 200)}}"}"""), mask: [9, 8, 7, 6]),
            [.. RawSocket.Encode(RawSocket.TextFrame, ping[..5], final: false), .. RawSocket.Encode(RawSocket.Ping, "p"u8.ToArray()), .. RawSocket.Encode(RawSocket.Continuation, ping[5..])],
            RawSocket.Encode(RawSocket.Ping, "are you there"u8.ToArray()),
            RawSocket.Encode(RawSocket.Pong, []),
            RawSocket.Encode(RawSocket.Close, [3, 0xe8]),
            RawSocket.Encode(RawSocket.BinaryFrame, [1, 2, 3]),
        ];
    }
}
