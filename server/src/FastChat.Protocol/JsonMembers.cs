using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace FastChat.Protocol;

/// <summary>
/// One JSON object, read in one pass: its members' names and where their values stand. It sees what a deserializer does
/// not: a member given twice, known or not, and lone surrogates anywhere.
/// </summary>
public sealed class JsonMembers
{
    /// <summary>How deep a document may nest; the object itself counts.</summary>
    public const int MaxDepth = 8;

    /// <summary>Above this number of members, duplicates are looked for in a set, so that a hostile object costs O(n).</summary>
    private const int LinearSearchLimit = 16;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    private readonly ReadOnlyMemory<byte> text;
    private readonly List<(string Name, JsonMember Member)> members = new(8);

    private JsonMembers(ReadOnlyMemory<byte> text) => this.text = text;

    /// <summary>The members in their order.</summary>
    public IEnumerable<(string Name, JsonMember Member)> All => members;

    /// <summary>Reads an object of UTF-8 JSON. The text is referred to, not copied.</summary>
    public static Outcome<JsonMembers> Read(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            return new Refusal(ErrorCode.InvalidJson, "The text is not UTF-8.");
        }

        var result = new JsonMembers(utf8);
        try
        {
            return result.ReadObject() is { } refusal ? refusal : result;
        }
        catch (JsonException)
        {
            return new Refusal(ErrorCode.InvalidJson, $"The text is not one JSON object of at most {MaxDepth} levels.");
        }
    }

    /// <summary>Finds a member. A member that is <c>null</c> counts as absent.</summary>
    public bool TryGet(string name, out JsonMember member)
    {
        foreach (var (candidate, value) in members)
        {
            if (string.Equals(candidate, name, StringComparison.Ordinal))
            {
                member = value;
                return value.Kind != JsonTokenType.Null;
            }
        }

        member = default;
        return false;
    }

    /// <summary>Walks the members of a nested object that was already found to be well-formed.</summary>
    public static IEnumerable<(string Name, JsonMember Member)> Nested(JsonMember member)
    {
        var nested = new JsonMembers(member.Text);
        nested.ReadObject(allowDuplicates: true);
        return nested.members;
    }

    private Refusal? ReadObject(bool allowDuplicates = false)
    {
        var reader = new Utf8JsonReader(text.Span, ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return new Refusal(ErrorCode.InvalidJson, "A JSON object is expected.");
        }

        HashSet<string>? seen = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (!HasWholeCharacters(ref reader))
            {
                return LoneSurrogate;
            }

            var name = reader.GetString()!;
            if (!allowDuplicates && IsKnown(name, ref seen))
            {
                return new Refusal(ErrorCode.InvalidJson, "A member is given twice.");
            }

            if (!ReadValue(ref reader, out var member))
            {
                return LoneSurrogate;
            }

            members.Add((name, member));
        }

        // Reads on to the end: anything but white space behind the object is an error that the reader reports.
        return reader.Read() ? new Refusal(ErrorCode.InvalidJson, "Only one JSON object is expected.") : null;
    }

    private static Refusal LoneSurrogate => new(ErrorCode.InvalidJson, "A string holds half of a surrogate pair.");

    private bool IsKnown(string name, ref HashSet<string>? seen)
    {
        if (seen is null && members.Count < LinearSearchLimit)
        {
            return members.Exists(m => string.Equals(m.Name, name, StringComparison.Ordinal));
        }

        seen ??= members.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        return !seen.Add(name);
    }

    private bool ReadValue(ref Utf8JsonReader reader, out JsonMember member)
    {
        reader.Read();
        var kind = reader.TokenType;
        var start = (int)reader.TokenStartIndex;
        var whole = HasWholeCharacters(ref reader);
        if (kind is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = reader.CurrentDepth;
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                whole &= HasWholeCharacters(ref reader);
            }
        }

        member = new JsonMember(kind, text[start..(int)reader.BytesConsumed]);
        return whole;
    }

    /// <summary>False where a string or name has an escaped surrogate without its other half.</summary>
    private static bool HasWholeCharacters(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return true;
        }

        // The reader itself refuses to make a string of half a pair; its exception is avoided, as hostile input is no bug.
        var rest = reader.ValueSpan;
        var expectLow = false;
        while (!rest.IsEmpty)
        {
            var escaped = rest[0] == (byte)'\\';
            var unit = escaped && rest[1] == (byte)'u' ? ParseUnit(rest.Slice(2, 4)) : '\0';
            if (expectLow != char.IsLowSurrogate(unit))
            {
                return false;
            }

            expectLow = char.IsHighSurrogate(unit);
            rest = rest[(!escaped ? 1 : rest[1] == (byte)'u' ? 6 : 2)..];
        }

        return !expectLow;
    }

    private static char ParseUnit(ReadOnlySpan<byte> hex)
    {
        var value = 0;
        foreach (var digit in hex)
        {
            value = (value << 4) | ((digit & 0xF) + (digit > (byte)'9' ? 9 : 0));
        }

        return (char)value;
    }
}

/// <summary>A member's value: its kind and its text, well-formed by the time it gets here.</summary>
public readonly record struct JsonMember(JsonTokenType Kind, ReadOnlyMemory<byte> Text)
{
    /// <summary>The string, unescaped; false if it is no string.</summary>
    public bool TryGetString([NotNullWhen(true)] out string? value)
    {
        value = null;
        if (Kind != JsonTokenType.String)
        {
            return false;
        }

        var reader = new Utf8JsonReader(Text.Span);
        reader.Read();
        value = reader.GetString()!;
        return true;
    }

    /// <summary>A whole number written without fraction or exponent, from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public bool TryGetInteger(long min, long max, out long value)
    {
        value = 0;
        if (Kind != JsonTokenType.Number)
        {
            return false;
        }

        var reader = new Utf8JsonReader(Text.Span);
        reader.Read();
        return reader.TryGetInt64(out value) && value >= min && value <= max;
    }

    /// <summary>True or false; false if it is neither.</summary>
    public bool TryGetBoolean(out bool value)
    {
        value = Kind == JsonTokenType.True;
        return Kind is JsonTokenType.True or JsonTokenType.False;
    }

    /// <summary>An id as the contract writes it (<see cref="Ids"/>).</summary>
    public bool TryGetId(out Guid value)
    {
        value = default;
        return TryGetString(out var text) && Ids.TryParse(text, out value);
    }
}

/// <summary>Ids on the wire: UUIDs of 36 characters in lower case, of any version.</summary>
public static class Ids
{
    /// <summary>What a refusal says of a bad id.</summary>
    public const string Allowed = "must be a UUID of 36 characters in lower case";

    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789abcdef-");

    /// <summary>Reads an id; upper case, braces and other forms are refused.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Guid id)
    {
        id = default;
        return text.Length == 36 && !text.ContainsAnyExcept(Characters) && Guid.TryParseExact(text, "D", out id);
    }
}
