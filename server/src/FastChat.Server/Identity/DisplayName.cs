using System.Globalization;
using System.Text;
using FastChat.Protocol;
using FastChat.Server.Text;

namespace FastChat.Server.Identity;

/// <summary>A name that passed rule ID4. White space of any kind, tabs and line ends too, counts as one space between words.</summary>
public readonly record struct DisplayName
{
    /// <summary>The most grapheme clusters (what a reader counts as characters).</summary>
    public const int MaxGraphemes = 32;

    /// <summary>The most bytes in UTF-8; keeps a name of stacked combining marks from filling the screen.</summary>
    public const int MaxBytes = 128;

    private DisplayName(string value) => Value = value;

    /// <summary>The name as it is stored and shown: NFC, trimmed.</summary>
    public string Value { get; }

    /// <summary>Reads a name that somebody chose.</summary>
    public static Outcome<DisplayName> Parse(string text)
    {
        if (!UnicodeText.CanBeNormalized(text))
        {
            return Invalid("must be valid Unicode");
        }

        var name = CollapseWhiteSpace(text.Normalize(NormalizationForm.FormC));
        if (UnicodeText.IsBlank(name))
        {
            return Invalid("must hold at least one visible character");
        }

        if (Encoding.UTF8.GetByteCount(name) > MaxBytes || new StringInfo(name).LengthInTextElements > MaxGraphemes)
        {
            return Invalid($"may have up to {MaxGraphemes} characters and {MaxBytes} bytes in UTF-8");
        }

        if (HoldsControls(name))
        {
            return Invalid("must not hold control characters or controls of the text's direction");
        }

        return ReservedNames.LooksReserved(name) ? Invalid("looks like a name that is reserved") : new DisplayName(name);
    }

    /// <summary>A name that this program made itself.</summary>
    internal static DisplayName Trusted(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static Refusal Invalid(string allowed) => Refusal.Invalid("display_name", allowed);

    private static string CollapseWhiteSpace(string text)
    {
        var result = new StringBuilder(text.Length);
        var pending = false;
        foreach (var character in text)
        {
            if (char.IsWhiteSpace(character))
            {
                pending = result.Length > 0;
                continue;
            }

            if (pending)
            {
                result.Append(' ');
                pending = false;
            }

            result.Append(character);
        }

        return result.ToString();
    }

    private static bool HoldsControls(string name)
    {
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || UnicodeText.IsBidiControl(rune))
            {
                return true;
            }
        }

        return false;
    }
}
