using System.Globalization;
using System.Text;

namespace FastChat.Server.Text;

/// <summary>What Unicode says about text that a person is meant to see.</summary>
public static class UnicodeText
{
    // Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 15.0; the property is stable but for additions
    // inside the ranges that are reserved for it already.
    private static readonly (int First, int Last)[] DefaultIgnorables =
    [
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
        (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ];

    /// <summary>True where nothing can be seen: only white space, controls, format characters and default ignorables.</summary>
    public static bool IsBlank(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>White space, a control, a format character or a default ignorable.</summary>
    public static bool IsInvisible(Rune rune) =>
        Rune.IsWhiteSpace(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        || IsDefaultIgnorable(rune);

    /// <summary>Default_Ignorable_Code_Point: not shown unless a font knows it (U+200B, U+3164, variation selectors …).</summary>
    public static bool IsDefaultIgnorable(Rune rune)
    {
        foreach (var (first, last) in DefaultIgnorables)
        {
            if (rune.Value <= last)
            {
                return rune.Value >= first;
            }
        }

        return false;
    }

    /// <summary>A control that changes the direction of the text around it, and so can make it look like another.</summary>
    public static bool IsBidiControl(Rune rune) =>
        rune.Value is 0x61C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    /// <summary>
    /// True if the text can be brought into a normal form: no surrogate stands alone, and there is no U+FFFE, which is
    /// never a character and which .NET refuses to normalize.
    /// </summary>
    public static bool CanBeNormalized(ReadOnlySpan<char> text) => !text.Contains('\uFFFE') && IsWellFormed(text);

    /// <summary>True if no surrogate stands alone.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }
}
