using System.Text;

namespace FastChat.EndToEndTests.Security.Conformance;

/// <summary>One case of the table: bytes as they are written to the wire, and what must come back, in this order and nothing else.</summary>
/// <param name="Id">As in the Autobahn test suite, whose groups 1 to 7 these are: <c>WS_6_4_2</c> is its case 6.4.2.</param>
/// <param name="What">What the case is about.</param>
/// <param name="Writes">Each of them is a write, and with it most likely a segment, of its own.</param>
/// <param name="Due">
/// Frames that must come: <c>pong TEXT</c> (a control frame), <c>ref TEXT</c> (the answer to a PING of our protocol), <c>error CODE</c>,
/// <c>close CODE</c>. After a close the connection must end; without one it must still be usable. An answer with <c>?</c> behind it may be
/// missing: whoever breaks the protocol has no claim to what was not sent yet.
/// </param>
public sealed record WireCase(string Id, string What, byte[][] Writes, params string[] Due)
{
    public override string ToString() => $"{Id} {What}";
}

/// <summary>The bytes of which cases are made. All frames are masked, as a client's must be.</summary>
public static class Wire
{
    private static readonly byte[] Mask = [0x12, 0x34, 0x56, 0x78];

    /// <summary>A frame with any first byte: FIN, the reserved bits and the opcode.</summary>
    public static byte[] Frame(int first, byte[] payload)
    {
        var frame = RawSocket.Encode(first & 0x0f, payload, mask: Mask);
        frame[0] = (byte)first;
        return frame;
    }

    public static byte[] Frame(int first, string payload) => Frame(first, Encoding.UTF8.GetBytes(payload));

    /// <summary>A whole text message.</summary>
    public static byte[] Text(string payload) => Frame(0x81, payload);

    public static byte[] Text(byte[] payload) => Frame(0x81, payload);

    /// <summary>A message of our protocol that is answered with this reference.</summary>
    public static string Ask(string reference) => $$"""{"type":"PING","ref":"{{reference}}"}""";

    /// <summary>The same, so many bytes long.</summary>
    public static string Ask(string reference, int length)
    {
        var start = $$"""{"type":"PING","ref":"{{reference}}","x":" """;
        return start + new string('x', length - start.Length - 2) + "\"}";
    }

    public static byte[] Ping(string payload) => Frame(0x89, payload);

    public static byte[] Pong(string payload) => Frame(0x8a, payload);

    public static byte[] Close(params byte[] payload) => Frame(0x88, payload);

    public static byte[] Close(int code, string reason = "") => Close([(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    /// <summary>All in one write.</summary>
    public static byte[][] Once(params byte[][] frames) => [[.. frames.SelectMany(frame => frame)]];

    /// <summary>A write for each of so many bytes.</summary>
    public static byte[][] Chopped(int size, params byte[][] frames) => [.. Once(frames)[0].Chunk(size)];

    /// <summary>A text in fragments of one byte.</summary>
    public static byte[][] Octets(byte[] text) =>
        [.. text.Select((one, index) => Frame((index == text.Length - 1 ? 0x80 : 0) | (index == 0 ? 1 : 0), [one]))];
}
