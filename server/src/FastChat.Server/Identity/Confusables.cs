using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace FastChat.Server.Identity;

/// <summary>
/// The prototypes of UTS #39: which characters look like which. The data (<c>Data/confusables.txt</c>) is read when the
/// first name is checked, so that it costs a start nothing.
/// </summary>
internal static class Confusables
{
    private const string Resource = "FastChat.Server.Identity.Data.confusables.txt";

    private static readonly Lazy<FrozenDictionary<int, string>> Prototypes = new(Load);

    /// <summary>
    /// Replaces every character by what it looks like. Compatibility forms (full-width, mathematical …) are taken apart
    /// first, which finds more than the canonical decomposition that UTS #39 asks for.
    /// </summary>
    public static string Skeleton(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (Prototypes.Value.TryGetValue(rune.Value, out var prototype))
            {
                result.Append(prototype);
            }
            else
            {
                result.Append(rune.ToString());
            }
        }

        return result.ToString().Normalize(NormalizationForm.FormD);
    }

    private static FrozenDictionary<int, string> Load()
    {
        using var stream = typeof(Confusables).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the resource {Resource} is missing from the build");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var result = new Dictionary<int, string>(6000);
        while (reader.ReadLine() is { } line)
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
            {
                result[ParseHex(line.AsSpan(0, equals))] = ParseTarget(line.AsSpan(equals + 1));
            }
        }

        return result.ToFrozenDictionary();
    }

    private static string ParseTarget(ReadOnlySpan<char> codePoints)
    {
        var target = new StringBuilder(4);
        foreach (var range in codePoints.Split(' '))
        {
            target.Append(new Rune(ParseHex(codePoints[range])).ToString());
        }

        return target.ToString();
    }

    private static int ParseHex(ReadOnlySpan<char> hex) => int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
