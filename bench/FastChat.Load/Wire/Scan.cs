using System.Buffers.Text;

namespace FastChat.Load.Wire;

/// <summary>What a frame of the server is, found by looking for bytes: parsing it would cost more than the server may.</summary>
internal static class Scan
{
    /// <summary>True if the frame is of this type; <paramref name="typeMember"/> is <c>"type":"…"</c>, as bytes.</summary>
    public static bool Is(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> typeMember)
    {
        // The servers measured write it first; the contract allows it anywhere.
        return frame.Length > typeMember.Length && frame.Slice(1, typeMember.Length).SequenceEqual(typeMember) || frame.IndexOf(typeMember) >= 0;
    }

    /// <summary>What follows <paramref name="member"/> (<c>"name":</c>, with the quote of a string's value); empty if it is not there.</summary>
    public static ReadOnlySpan<byte> After(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> member)
    {
        var at = frame.IndexOf(member);
        return at < 0 ? default : frame[(at + member.Length)..];
    }

    /// <summary>The frame's <c>seq</c>; 0 without one.</summary>
    public static long Seq(ReadOnlySpan<byte> frame) =>
        Utf8Parser.TryParse(After(frame, "\"seq\":"u8), out long seq, out _) ? seq : 0;

    /// <summary>How often <paramref name="text"/> occurs.</summary>
    public static int Count(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> text)
    {
        var count = 0;
        for (var at = frame.IndexOf(text); at >= 0; at = frame.IndexOf(text))
        {
            count++;
            frame = frame[(at + text.Length)..];
        }

        return count;
    }
}
