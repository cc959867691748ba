using System.Buffers.Binary;
using System.Text;

namespace FastChat.Load.Wire;

/// <summary>WebSocket frames of a client. The masking key is 0, which is allowed and leaves the bytes as they are.</summary>
internal static class ClientFrames
{
    private const byte Final = 0x80;
    private const byte Masked = 0x80;

    /// <summary>A whole text message, ready to send.</summary>
    /// <param name="text">Up to 65,535 bytes.</param>
    public static byte[] Text(string text) => Frame(0x1, Encoding.UTF8.GetBytes(text));

    /// <summary>The answer to a ping.</summary>
    public static byte[] Pong(ReadOnlySpan<byte> payload) => Frame(0xA, payload);

    private static byte[] Frame(byte opcode, ReadOnlySpan<byte> payload)
    {
        var isShort = payload.Length < 126;
        var header = (isShort ? 2 : 4) + 4;
        var frame = new byte[header + payload.Length];
        frame[0] = (byte)(Final | opcode);
        frame[1] = (byte)(Masked | (isShort ? payload.Length : 126));
        if (!isShort)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)payload.Length));
        }

        payload.CopyTo(frame.AsSpan(header));
        return frame;
    }
}
