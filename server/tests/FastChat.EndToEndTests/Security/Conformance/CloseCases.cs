using static FastChat.EndToEndTests.Security.Conformance.Wire;

namespace FastChat.EndToEndTests.Security.Conformance;

/// <summary>Group 7: the close handshake.</summary>
public static class CloseCases
{
    public const string Answered = "close 1000";
    private const string Refused = "close 1002";

    public static IEnumerable<WireCase> All() => Handshake().Concat(Codes());

    private static IEnumerable<WireCase> Handshake()
    {
        yield return new("WS_7_1_1", "a message, then a close", Once(Text(Ask("a")), Close(1000)), "ref a", Answered);
        yield return new("WS_7_1_2", "two closes", Once(Close(1000), Close(1000)), Answered);
        yield return new("WS_7_1_3", "a ping after a close", Once(Close(1000), Ping("late")), Answered);
        yield return new("WS_7_1_4", "a text after a close", Once(Close(1000), Text(Ask("late"))), Answered);
        yield return new("WS_7_1_5", "a close within a text, and the text's rest", Once(Frame(0x01, "{"), Close(1000), Frame(0x80, "}")), Answered);
        yield return new("WS_7_1_6", "the largest text, a close and a ping", Once(Text(Ask("a", 65_536)), Close(1000), Ping("late")), "ref a", Answered);
        yield return new("WS_7_3_1", "a close without a payload", Once(Close()), Answered);
        yield return new("WS_7_3_2", "a close of one byte", Once(Close(3)), Refused);
        yield return new("WS_7_3_3", "a close with a code", Once(Close(1000)), Answered);
        yield return new("WS_7_3_4", "a close with a reason", Once(Close(1000, "Hello, world!")), Answered);
        yield return new("WS_7_3_5", "a close with a reason of 123 bytes", Once(Close(1000, new string('r', 123))), Answered);
        yield return new("WS_7_3_6", "a close with a reason of 124 bytes", Once(Close(1000, new string('r', 124))), Refused);
        yield return new("WS_7_5_1", "a close whose reason is not UTF-8", Once(Close([3, 0xe8, 0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xed, 0xa0, 0x80])), "close 1002 or 1007");
    }

    private static IEnumerable<WireCase> Codes()
    {
        int[] good = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
        foreach (var (code, index) in good.Select((code, index) => (code, index)))
        {
            yield return new($"WS_7_7_{index + 1}", $"a close with {code}", Once(Close(code)), Answered);
        }

        int[] bad = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
        foreach (var (code, index) in bad.Select((code, index) => (code, index)))
        {
            yield return new($"WS_7_9_{index + 1}", $"a close with {code}, which nobody may send", Once(Close(code)), Refused);
        }

        // RFC 6455 leaves open what comes of these; what matters is that the connection ends, and in order.
        yield return new("WS_7_13_1", "a close with 5000", Once(Close(5000)), "close 1000 or 1002");
        yield return new("WS_7_13_2", "a close with 65535", Once(Close(65535)), "close 1000 or 1002");
    }
}
