using System.Text;

namespace FastChat.EndToEndTests.Security.Fuzz;

/// <summary>Changes good inputs a little, by chance: cuts, doublings, scraps of JSON and Unicode, wrong bytes.</summary>
public sealed class Mutator(Random random)
{
    private static readonly string[] Scraps =
    [
        "\"", "{", "}", "[", "]", ":", ",", "\\", "\\ud800", "\\u0000", "\u0000", "null", "true", "-1", "1e999", "9999999999999999999999", "0.1",
        "\"type\"", "\"ref\"", "\"chat_id\"", "\"content\"", "\"message_id\"", "\"user_ids\"", "MSG", "HELLO", "PING", "WATCH", "READ",
        "\u200b", "\u202e", "😀", "e\u0301", " ", "\n", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}", "\"x\":1,\"x\":1,",
        "\"display_name\"", "\"refresh_token\"", "\"link_token\"", "\"revs\"", "\"epoch\"", "\"cursor\"", "[[[[[[[[[[[[", "\uFEFF", "' OR 1=1 --", "../../etc/passwd",
    ];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>A text with up to three changes; now and then with a byte that is not UTF-8.</summary>
    public byte[] Text(string good)
    {
        var text = new StringBuilder(good);
        for (var turns = random.Next(0, 4); turns > 0 && text.Length > 0; turns--)
        {
            Change(text);
        }

        var bytes = Utf8.GetBytes(text.ToString());
        if (bytes.Length > 0 && random.Next(200) == 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(128, 256);
        }

        return bytes;
    }

    /// <summary>Bytes with one to three changes, bit by bit.</summary>
    public byte[] Bytes(byte[] good)
    {
        var bytes = good.ToList();
        for (var turns = random.Next(1, 4); turns > 0 && bytes.Count > 0; turns--)
        {
            // Most of them in the head, where a frame's meaning is.
            var at = random.Next(random.Next(3) > 0 ? Math.Min(bytes.Count, 8) : bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 6), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 6)).Select(_ => (byte)random.Next(256)));
                    break;
            }
        }

        return [.. bytes];
    }

    private void Change(StringBuilder text)
    {
        var (at, length) = (random.Next(text.Length), random.Next(1, 12));
        switch (random.Next(6))
        {
            case 0:
                text.Remove(at, Math.Min(length, text.Length - at));
                break;
            case 1:
                text.Insert(at, Scraps[random.Next(Scraps.Length)]);
                break;
            case 2:
                text.Insert(at, text.ToString(at, Math.Min(length * 3, text.Length - at)));
                break;
            case 3:
                text[at] = (char)random.Next(1, 0xd7ff);
                break;
            case 4:
                text.Length = at;
                break;
            default:
                text.Replace(Scraps[random.Next(17, 28)].Trim('"'), Scraps[random.Next(17, 28)].Trim('"'));
                break;
        }
    }
}
