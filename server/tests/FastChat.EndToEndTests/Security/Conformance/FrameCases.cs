using static FastChat.EndToEndTests.Security.Conformance.Wire;

namespace FastChat.EndToEndTests.Security.Conformance;

/// <summary>Groups 1 to 5: framing, pings and pongs, reserved bits, opcodes, fragments.</summary>
public static class FrameCases
{
    private const string Refused = "close 1002";

    public static IEnumerable<WireCase> Framing()
    {
        yield return new("WS_1_1_1", "an empty text", Once(Text("")), "error INVALID_JSON");
        int[] sizes = [125, 126, 127, 128, 65_535, 65_536];
        foreach (var (size, index) in sizes.Select((size, index) => (size, index)))
        {
            yield return new($"WS_1_1_{index + 2}", $"a text of {size} bytes", Once(Text(Ask("a", size))), "ref a");
        }

        yield return new("WS_1_1_8", "a text of 65536 bytes in writes of 997", Chopped(997, Text(Ask("a", 65_536))), "ref a");
        yield return new("WS_1_1_9", "a text of 65537 bytes, one over our limit", Once(Text(Ask("a", 65_537))), "close 1009");
        yield return new("WS_1_2_1", "an empty binary", Once(Frame(0x82, "")), "close 1003");
        foreach (var (size, index) in sizes.Select((size, index) => (size, index)))
        {
            yield return new($"WS_1_2_{index + 2}", $"a binary of {size} bytes", Once(Frame(0x82, new byte[size])), "close 1003");
        }

        var mostly = Text(Ask("a"));
        yield return new("WS_1_3_1", "a frame without a mask", Once([0x81, 0x02, (byte)'{', (byte)'}']), Refused);
        yield return new("WS_1_3_2", "two frames in one write", Once(mostly, Text(Ask("b"))), "ref a", "ref b");
        yield return new("WS_1_3_3", "a frame in writes of one byte", Chopped(1, mostly), "ref a");
        yield return new("WS_1_3_4", "a length of 64 bits with the first one set", Once([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4]), Refused);
    }

    public static IEnumerable<WireCase> Pings()
    {
        var most = new string('p', 125);
        yield return new("WS_2_1", "an empty ping", Once(Ping("")), "pong ");
        yield return new("WS_2_2", "a ping with a text", Once(Ping("Hello, world!")), "pong Hello, world!");
        yield return new("WS_2_3", "a ping whose payload is not UTF-8", Once(Frame(0x89, [0x00, 0xff, 0xfe, 0xfd])), "pong \0\ufffd\ufffd\ufffd");
        yield return new("WS_2_4", "a ping of 125 bytes", Once(Ping(most)), $"pong {most}");
        yield return new("WS_2_5", "a ping of 126 bytes", Once(Frame(0x89, new byte[126])), Refused);
        yield return new("WS_2_6", "a ping of 125 bytes in writes of one", Chopped(1, Ping(most)), $"pong {most}");
        yield return new("WS_2_7", "an unasked empty pong", Once(Pong("")));
        yield return new("WS_2_8", "an unasked pong with a payload", Once(Pong("unasked")));
        yield return new("WS_2_9", "an unasked pong, then a ping", Once(Pong("unasked"), Ping("asked")), "pong asked");
        var ten = Enumerable.Range(0, 10).Select(number => $"payload {number}").ToArray();
        string[] answers = [.. ten.Select(payload => $"pong {payload}")];
        yield return new("WS_2_10", "ten pings", Once([.. ten.Select(Ping)]), answers);
        yield return new("WS_2_11", "ten pings in writes of one byte", Chopped(1, [.. ten.Select(Ping)]), answers);
    }

    public static IEnumerable<WireCase> Reserved()
    {
        for (var bits = 1; bits <= 7; bits++)
        {
            var first = 0x81 | (bits << 4);
            yield return new($"WS_3_{bits}", $"reserved bits {bits:b3} on a text", Once(Text(Ask("a")), Frame(first, Ask("b"))), "ref a?", Refused);
        }

        yield return new("WS_3_8", "a reserved bit on a ping", Once(Frame(0xc9, "x")), Refused);
        yield return new("WS_3_9", "a reserved bit on a close", Once(Frame(0xc8, [3, 0xe8])), Refused);
        foreach (var (opcode, index) in new[] { 3, 4, 5, 6, 7 }.Select((opcode, index) => (opcode, index)))
        {
            yield return new($"WS_4_1_{index + 1}", $"opcode {opcode}", Once(Frame(0x80 | opcode, ""), Ping("")), Refused);
            yield return new($"WS_4_1_{index + 6}", $"opcode {opcode} with a payload, after a text", Chopped(3, Text(Ask("a")), Frame(0x80 | opcode, "x")), "ref a?", Refused);
        }

        foreach (var (opcode, index) in new[] { 11, 12, 13, 14, 15 }.Select((opcode, index) => (opcode, index)))
        {
            yield return new($"WS_4_2_{index + 1}", $"control opcode {opcode}", Once(Frame(0x80 | opcode, ""), Ping("")), Refused);
            yield return new($"WS_4_2_{index + 6}", $"control opcode {opcode} with a payload, after a text", Chopped(3, Text(Ask("a")), Frame(0x80 | opcode, "x")), "ref a?", Refused);
        }
    }

    public static IEnumerable<WireCase> Fragments()
    {
        var whole = Ask("a");
        var (head, tail) = (whole[..9], whole[9..]);
        byte[] first = Frame(0x01, head), last = Frame(0x80, tail);
        yield return new("WS_5_1", "a ping in two fragments", Once(Frame(0x09, "a"), Frame(0x80, "b")), Refused);
        yield return new("WS_5_2", "a pong in two fragments", Once(Frame(0x0a, "a"), Frame(0x80, "b")), Refused);
        yield return new("WS_5_3", "a text in two fragments", Once(first, last), "ref a");
        yield return new("WS_5_4", "the same in two writes", [first, last], "ref a");
        yield return new("WS_5_5", "the same in writes of one byte", Chopped(1, first, last), "ref a");
        yield return new("WS_5_6", "a ping between two fragments", Once(first, Ping("between"), last), "pong between", "ref a");
        yield return new("WS_5_7", "the same in three writes", [first, Ping("between"), last], "pong between", "ref a");
        yield return new("WS_5_8", "the same in writes of one byte", Chopped(1, first, Ping("between"), last), "pong between", "ref a");
        yield return new("WS_5_9", "a continuation of nothing, FIN set, then a text", Once(Frame(0x80, "x"), Text(whole)), Refused);
        yield return new("WS_5_10", "the same in two writes", [Frame(0x80, "x"), Text(whole)], Refused);
        yield return new("WS_5_11", "the same in writes of one byte", Chopped(1, Frame(0x80, "x"), Text(whole)), Refused);
        yield return new("WS_5_12", "a continuation of nothing, FIN not set, then a text", Once(Frame(0x00, "x"), Text(whole)), Refused);
        yield return new("WS_5_13", "the same in two writes", [Frame(0x00, "x"), Text(whole)], Refused);
        yield return new("WS_5_14", "the same in writes of one byte", Chopped(1, Frame(0x00, "x"), Text(whole)), Refused);
        yield return new("WS_5_15", "a text in two fragments, a continuation of nothing, a text", Once(first, last, Frame(0x00, "x"), Text(whole)), "ref a?", Refused);
        yield return new("WS_5_16", "twice: a continuation of nothing, a text, a last fragment", Once(Frame(0x00, "x"), first, last, Frame(0x00, "x"), first, last), Refused);
        yield return new("WS_5_17", "twice: a last fragment of nothing, a text, a last fragment", Once(Frame(0x80, "x"), first, last, Frame(0x80, "x"), first, last), Refused);
        yield return new("WS_5_18", "a text within a text", Once(first, Text(tail)), Refused);
        byte[][] five = [Frame(0x01, head), .. tail.Chunk((tail.Length + 3) / 4).Select((part, index) => Frame(index == 3 ? 0x80 : 0, new string(part)))];
        byte[][] pinged = [five[0], five[1], Ping("1"), five[2], five[3], Ping("2"), five[4]];
        yield return new("WS_5_19", "a text in five fragments with pings between", Once(pinged), "pong 1", "pong 2", "ref a");
        yield return new("WS_5_20", "the same in a write for each", pinged, "pong 1", "pong 2", "ref a");
        yield return new("WS_5_21", "empty fragments within a text", Once(Frame(0x01, ""), Frame(0x00, ""), Frame(0x00, whole), Frame(0x80, "")), "ref a");
    }
}
