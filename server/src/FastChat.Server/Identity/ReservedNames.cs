using System.Collections.Frozen;
using System.Text;
using FastChat.Server.Text;

namespace FastChat.Server.Identity;

/// <summary>Names that nobody may take, because others would believe them; what looks like one is one (ID4).</summary>
internal static class ReservedNames
{
    private static readonly string[] Names = ["admin", "administrator", "fastchat", "moderator", "support", "system"];

    private static readonly Lazy<FrozenSet<string>> Looks = new(() => Names.Select(Look).ToFrozenSet());

    /// <summary>True if a reader could take the name for a reserved one.</summary>
    public static bool LooksReserved(string name) => Looks.Value.Contains(Look(name));

    /// <summary>
    /// What is compared: the skeleton of the lower-case name, without anything but letters, digits and the marks on them.
    /// The skeletons of <c>1</c> and <c>I</c> are <c>l</c>, that of <c>i</c> is <c>i</c>: here the two are one, or
    /// <c>adm1n</c> would not look like <c>admin</c>. So are <c>0</c> and <c>o</c>, by way of <c>O</c>.
    /// </summary>
    private static string Look(string name)
    {
        var visible = new StringBuilder(name.Length);
        foreach (var rune in name.Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (!UnicodeText.IsInvisible(rune))
            {
                visible.Append(Rune.ToLowerInvariant(rune).ToString());
            }
        }

        var look = new StringBuilder(visible.Length);
        foreach (var rune in Confusables.Skeleton(visible.ToString()).EnumerateRunes())
        {
            var lower = Rune.ToLowerInvariant(rune);
            if (Rune.IsLetterOrDigit(lower) || IsMark(lower))
            {
                look.Append(lower.Value == 'i' ? "l" : lower.ToString());
            }
        }

        return look.ToString();
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark;
}
