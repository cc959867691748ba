using System.Globalization;
using System.Text;
using static FastChat.EndToEndTests.Security.Conformance.Wire;

namespace FastChat.EndToEndTests.Security.Conformance;

/// <summary>Group 6: what is UTF-8 and what is not, after Markus Kuhn's stress test.</summary>
public static class Utf8Cases
{
    private const string Kosme = "cebae1bdb9cf83cebcceb5";

    /// <summary>By the number of the group's part: sequences that are good.</summary>
    private static readonly (int Part, string[] Hex)[] Good =
    [
        (5, [Kosme, "48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121", "f09f9880", "e282ac", "65cc81"]),
        (7, ["7f", "c280", "e0a080", "f0908080"]),
        (9, ["7f", "dfbf", "efbfbf", "f48fbfbf"]),
        (11, ["ed9fbf", "ee8080", "efbfbd", "f48fbfbf"]),
        (22, ["efbfbe", "efbfbf", "f09fbfbe", "f09fbfbf", "f0afbfbe", "f0afbfbf", "f0bfbfbe", "f0bfbfbf", "f18fbfbe", "f18fbfbf", "f29fbfbe", "f3bfbfbf", "f48fbfbe", "f48fbfbf", "efb790", "efb7af"]),
        (23, ["efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd"]),
    ];

    /// <summary>Sequences that are not.</summary>
    private static readonly (int Part, string[] Hex)[] Bad =
    [
        (8, ["f888808080", "fc8480808080"]),
        (10, ["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"]),
        (12, ["80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf", string.Concat(Enumerable.Range(0x80, 64).Select(one => $"{one:x2}"))]),
        (13, ["c020c120c220df20", "e020e120ef20", "f020f120f720", "f820f920fa20fb20", "fc20fd20"]),
        (14, ["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"]),
        (15, ["c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"]),
        (16, ["fe", "ff", "fefeffff"]),
        (17, ["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"]),
        (18, ["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"]),
        (19, ["c080", "e08080", "f0808080", "f880808080", "fc8080808080"]),
        (20, ["eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"]),
        (21, ["eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"]),
        (24, ["f4908080", "f5808080", "f7bfbfbf"]),
    ];

    public static IEnumerable<WireCase> All() => Cut().Concat(Prefixes()).Concat(Sequences());

    private static IEnumerable<WireCase> Sequences()
    {
        foreach (var (part, all) in Good)
        {
            foreach (var (hex, index) in all.Select((hex, index) => (hex, index)))
            {
                yield return new($"WS_6_{part}_{index + 1}", $"{hex} is good", Once(Text(Around(hex))), $"ref {Encoding.UTF8.GetString(Convert.FromHexString(hex))}");
            }
        }

        foreach (var (part, all) in Bad)
        {
            foreach (var (hex, index) in all.Select((hex, index) => (hex, index)))
            {
                yield return new($"WS_6_{part}_{index + 1}", $"{hex} is not", Once(Text(Around(hex))), "close 1007");
            }
        }
    }

    /// <summary>Every prefix of a text: good where it ends between two characters.</summary>
    private static IEnumerable<WireCase> Prefixes()
    {
        for (var length = 1; length <= Kosme.Length / 2; length++)
        {
            var hex = Kosme[..(2 * length)];
            var next = 2 * length == Kosme.Length ? 0 : int.Parse(Kosme.AsSpan(2 * length, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var isWhole = next is < 0x80 or >= 0xc0;
            yield return new($"WS_6_6_{length}", $"{length} bytes of a text", Once(Text(Around(hex))),
                isWhole ? $"ref {Encoding.UTF8.GetString(Convert.FromHexString(hex))}" : "close 1007");
        }
    }

    private static IEnumerable<WireCase> Cut()
    {
        const string words = "Hello-µ@ßöäüàá-UTF-8!!";
        var good = Encoding.UTF8.GetBytes(Ask(words));
        var between = Array.IndexOf(good, (byte)0xc2);
        yield return new("WS_6_1_1", "an empty text", Once(Text("")), "error INVALID_JSON");
        yield return new("WS_6_1_2", "three empty fragments", Once(Frame(0x01, ""), Frame(0x00, ""), Frame(0x80, "")), "error INVALID_JSON");
        yield return new("WS_6_1_3", "a text between two empty fragments", Once(Frame(0x01, ""), Frame(0x00, Ask("a")), Frame(0x80, "")), "ref a");
        yield return new("WS_6_2_1", "a text", Once(Text(good)), $"ref {words}");
        yield return new("WS_6_2_2", "two fragments, cut between characters", Once(Frame(0x01, good[..between]), Frame(0x80, good[between..])), $"ref {words}");
        yield return new("WS_6_2_3", "two fragments, cut within a character", Once(Frame(0x01, good[..(between + 1)]), Frame(0x80, good[(between + 1)..])), $"ref {words}");
        yield return new("WS_6_2_4", "fragments of one byte", Octets(good), $"ref {words}");
        var bad = Around(Kosme + "eda080656469746564");
        yield return new("WS_6_3_1", "a surrogate within a text", Once(Text(bad)), "close 1007");
        yield return new("WS_6_3_2", "the same in fragments of one byte", Once(Octets(bad)), "close 1007");
        var (head, wrong, tail) = ("{\"x\":\"", Convert.FromHexString("f4908080"), "\"}");
        yield return new("WS_6_4_1", "a bad second fragment of three", [Frame(0x01, head), Frame(0x00, wrong), Frame(0x80, tail)], "close 1007");
        yield return new("WS_6_4_2", "a bad second fragment, cut within the bad character", [Frame(0x01, [.. Encoding.UTF8.GetBytes(head), 0xf4]), Frame(0x00, wrong[1..]), Frame(0x80, tail)], "close 1007");
        yield return new("WS_6_4_3", "a bad character in three writes of one frame", Cut(Text([.. Encoding.UTF8.GetBytes(head), .. wrong, .. Encoding.UTF8.GetBytes(tail)])), "close 1007");
        yield return new("WS_6_4_4", "a character that the message's end cuts", Once(Frame(0x01, head), Frame(0x80, [0xf0, 0x9f])), "close 1007");
    }

    private static byte[][] Cut(byte[] frame) => [frame[..14], frame[14..15], frame[15..]];

    /// <summary>A sequence as the reference of a PING, between a text's other characters.</summary>
    private static byte[] Around(string hex) =>
        [.. "{\"type\":\"PING\",\"ref\":\""u8, .. Convert.FromHexString(hex), .. "\"}"u8];
}
