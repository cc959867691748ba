using System.Buffers.Binary;
using System.Text;

namespace FastChat.Faults.Network;

/// <summary>Cuts what a server sends on one connection into frames, once it has switched to WebSocket; anything else stays as it was read.</summary>
internal sealed class FrameSplitter
{
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] Switched = "HTTP/1.1 101"u8.ToArray();

    private readonly List<byte> held = [];
    private State state = State.Head;

    private enum State
    {
        Head,
        Frames,
        Plain,
    }

    /// <summary>The pieces that are whole by now.</summary>
    public List<Piece> Split(ReadOnlySpan<byte> read)
    {
        if (state == State.Plain)
        {
            return [new Piece(read.ToArray(), null)];
        }

        held.AddRange(read);
        var pieces = new List<Piece>();
        var bytes = held.ToArray().AsSpan();
        var taken = 0;
        if (state == State.Head)
        {
            var end = bytes.IndexOf(HeadEnd);
            if (!bytes.StartsWith(Switched.AsSpan(0, Math.Min(bytes.Length, Switched.Length))))
            {
                state = State.Plain;
                held.Clear();
                return [new Piece(bytes.ToArray(), null)];
            }

            if (end < 0)
            {
                return pieces;
            }

            taken = end + HeadEnd.Length;
            pieces.Add(new Piece(bytes[..taken].ToArray(), null));
            state = State.Frames;
        }

        while (Measure(bytes[taken..]) is { } frame)
        {
            pieces.Add(Read(bytes.Slice(taken, frame.Head + frame.Payload), frame.Head));
            taken += frame.Head + frame.Payload;
        }

        held.RemoveRange(0, taken);
        return pieces;
    }

    private static Piece Read(ReadOnlySpan<byte> frame, int head)
    {
        const int FinalText = 0x81;
        return new Piece(frame.ToArray(), frame[0] == FinalText ? Encoding.UTF8.GetString(frame[head..]) : null);
    }

    /// <summary>The lengths of the first frame, if all of it is there. A server does not mask (RFC 6455, 5.1).</summary>
    private static (int Head, int Payload)? Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2)
        {
            return null;
        }

        var length = bytes[1] & 0x7f;
        var head = length switch { 126 => 4, 127 => 10, _ => 2 };
        if (bytes.Length < head)
        {
            return null;
        }

        var payload = length switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            127 => checked((int)BinaryPrimitives.ReadInt64BigEndian(bytes[2..])),
            _ => length,
        };
        return bytes.Length < head + payload ? null : (head, payload);
    }
}
