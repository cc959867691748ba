using System.Buffers.Binary;
using System.Buffers.Text;

namespace FastChat.Load.Wire;

/// <summary>
/// Message ids of 36 characters that tell, when they come back, whose and which message it is: UUIDs of version 7 (so that they lie in
/// an index as those of real clients do) with the time in front and the sender and the message's number behind.
/// </summary>
internal static class MessageId
{
    /// <summary>Bytes of an id as text.</summary>
    public const int Length = 36;

    /// <summary>Senders have to be fewer.</summary>
    public const int MostSenders = 1 << 24;

    /// <summary>Writes the id of a sender's message.</summary>
    /// <param name="target">36 bytes.</param>
    /// <param name="unixMilliseconds">Now.</param>
    /// <param name="sender">Below <see cref="MostSenders"/>.</param>
    /// <param name="number">Which message of that sender, below 2⁴⁸.</param>
    public static void Write(Span<byte> target, long unixMilliseconds, int sender, long number)
    {
        Span<byte> raw = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(raw, (ulong)unixMilliseconds << 16 | 0x7000 | (uint)sender >> 12);
        BinaryPrimitives.WriteUInt64BigEndian(raw[8..], 0x8000UL << 48 | (ulong)(sender & 0xFFF) << 48 | (ulong)number);
        Utf8Formatter.TryFormat(new Guid(raw, bigEndian: true), target, out _);
    }

    /// <summary>Reads who and which from the id behind <c>"message_id":"</c>; false if the frame has none of ours.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out int sender, out long number)
    {
        (sender, number) = (0, 0);
        var text = Scan.After(frame, "\"message_id\":\""u8);
        if (text.Length < Length || !Utf8Parser.TryParse(text[..Length], out Guid id, out _))
        {
            return false;
        }

        Span<byte> raw = stackalloc byte[16];
        id.TryWriteBytes(raw, bigEndian: true, out _);
        var high = BinaryPrimitives.ReadUInt64BigEndian(raw);
        var low = BinaryPrimitives.ReadUInt64BigEndian(raw[8..]);
        sender = (int)((high & 0xFFF) << 12 | low >> 48 & 0xFFF);
        number = (long)(low & 0xFFFF_FFFF_FFFF);
        return true;
    }
}
