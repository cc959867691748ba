namespace FastChat.EndToEndTests.Security.Conformance;

/// <summary>RFC 6455 byte by byte. Our server has no echo: what it made of a message is seen by its answer.</summary>
public abstract class ConformanceTests(OpenServer open, IEnumerable<WireCase> table)
{
    protected static TheoryData<string> Names(IEnumerable<WireCase> table) => [.. table.Select(one => one.ToString())];

    protected async Task RunAsync(string name)
    {
        var one = table.Single(known => known.ToString() == name);
        await using var socket = await (await Guest.CreateAsync(open.Server)).ConnectRawAsync();
        await WriteAsync(socket, one);
        for (var index = 0; index < one.Due.Length; index++)
        {
            var came = await NextAsync(socket, one.Due[index]);
            index += MayBeLeftOut(one.Due[index]) && came != one.Due[index].TrimEnd('?') ? 1 : 0;
            Assert.Equal(one.Due[index].TrimEnd('?'), came);
        }

        if (one.Due.Any(due => due.StartsWith("close", StringComparison.Ordinal)))
        {
            await AssertEndedAsync(socket, isAnswer: one.Due[^1] == CloseCases.Answered);
        }
        else
        {
            await socket.SendTextAsync(Wire.Ask("still there"));
            Assert.Equal("ref still there", await NextAsync(socket, "ref still there"));
        }
    }

    private static async Task WriteAsync(RawSocket socket, WireCase one)
    {
        try
        {
            foreach (var bytes in one.Writes)
            {
                await socket.SendBytesAsync(bytes);
            }
        }
        catch (IOException) when (one.Due[^1].StartsWith("close", StringComparison.Ordinal))
        {
            // The server has seen enough and let go; what it said before waits to be read.
        }
    }

    /// <summary>The next frame in the words of the table; presence and the server's own pings are passed over.</summary>
    private static async Task<string> NextAsync(RawSocket socket, string due)
    {
        while (true)
        {
            switch (await socket.ReadAsync(Patience.Answer))
            {
                case null:
                    return "an end without a close";
                case { Opcode: RawSocket.Close } frame:
                    var codes = due.Split(' ').Skip(1);
                    return codes.Contains($"{frame.CloseCode}", StringComparer.Ordinal) ? due : $"close {frame.CloseCode}";
                case { Opcode: RawSocket.Pong } frame:
                    return $"pong {frame.Text}";
                case { Opcode: RawSocket.TextFrame } frame:
                    Assert.True(frame.Final, "A frame of the server is whole.");
                    var json = Json.Parse(frame.Text);
                    if (json.Text("type") != "PRESENCE")
                    {
                        return json.Text("type") == "PONG" ? $"ref {json.Text("ref")}" : $"error {json.Text("code")}";
                    }

                    break;
            }
        }
    }

    private static bool MayBeLeftOut(string due) => due.EndsWith('?');

    /// <summary>After a close frame nothing more is said. The server ends what was closed by both; otherwise it waits a little for the peer to.</summary>
    private static async Task AssertEndedAsync(RawSocket socket, bool isAnswer)
    {
        try
        {
            if (!isAnswer)
            {
                await socket.SendFrameAsync(RawSocket.Close, [3, 0xe8]);
                socket.SendFin();
            }
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
        {
            // It has ended already.
        }

        var more = await socket.ReadAsync(Patience.Answer);
        Assert.True(more is null, $"Nothing comes after a close frame; this came: {more?.Opcode} {more?.Text}");
    }
}

public sealed class FramingConformanceTests(OpenServer open) : ConformanceTests(open, FrameCases.Framing())
{
    public static TheoryData<string> Table => Names(FrameCases.Framing());

    [Theory]
    [MemberData(nameof(Table))]
    public Task WS_1_framing(string name) => RunAsync(name);
}

public sealed class PingConformanceTests(OpenServer open) : ConformanceTests(open, FrameCases.Pings())
{
    public static TheoryData<string> Table => Names(FrameCases.Pings());

    [Theory]
    [MemberData(nameof(Table))]
    public Task WS_2_pings_and_pongs(string name) => RunAsync(name);
}

public sealed class ReservedConformanceTests(OpenServer open) : ConformanceTests(open, FrameCases.Reserved())
{
    public static TheoryData<string> Table => Names(FrameCases.Reserved());

    [Theory]
    [MemberData(nameof(Table))]
    public Task WS_3_and_4_reserved_bits_and_opcodes(string name) => RunAsync(name);
}

public sealed class FragmentConformanceTests(OpenServer open) : ConformanceTests(open, FrameCases.Fragments())
{
    public static TheoryData<string> Table => Names(FrameCases.Fragments());

    [Theory]
    [MemberData(nameof(Table))]
    public Task WS_5_fragmentation(string name) => RunAsync(name);
}

public sealed class Utf8ConformanceTests(OpenServer open) : ConformanceTests(open, Utf8Cases.All())
{
    public static TheoryData<string> Table => Names(Utf8Cases.All());

    [Theory]
    [MemberData(nameof(Table))]
    public Task WS_6_UTF8(string name) => RunAsync(name);
}

public sealed class CloseConformanceTests(OpenServer open) : ConformanceTests(open, CloseCases.All())
{
    public static TheoryData<string> Table => Names(CloseCases.All());

    [Theory]
    [MemberData(nameof(Table))]
    public Task WS_7_the_close_handshake(string name) => RunAsync(name);
}
