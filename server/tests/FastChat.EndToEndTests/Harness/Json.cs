using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FastChat.EndToEndTests.Harness;

/// <summary>Reading the server's JSON as strictly as the contract writes it, and writing frames from anonymous objects.</summary>
public static partial class Json
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Parse(string text) =>
        JsonNode.Parse(text, documentOptions: Strict) as JsonObject
        ?? throw new FormatException($"An object was due, this came: {text}");

    public static string Write(object value) => value as string ?? JsonSerializer.Serialize(value, Plain);

    /// <summary>A JSON string literal, with quotes.</summary>
    public static string Quote(string value) => JsonSerializer.Serialize(value, Plain);

    public static string Text(this JsonNode node, string member) => node.Member(member).GetValue<string>();

    public static long Number(this JsonNode node, string member) => node.Member(member).GetValue<long>();

    public static bool Flag(this JsonNode node, string member) => node.Member(member).GetValue<bool>();

    public static JsonObject Child(this JsonNode node, string member) => node.Member(member).AsObject();

    public static JsonObject[] Children(this JsonNode node, string member) =>
        [.. node.Member(member).AsArray().Select(item => item!.AsObject())];

    public static string[] Texts(this JsonNode node, string member) =>
        [.. node.Member(member).AsArray().Select(item => item!.GetValue<string>())];

    public static bool Has(this JsonNode node, string member) => node.AsObject().ContainsKey(member);

    public static bool IsNull(this JsonNode node, string member) => node.Has(member) && node[member] is null;

    /// <summary>The members are these and no others; a name that ends in "?" may be missing.</summary>
    public static void AssertMembers(this JsonNode node, params string[] names)
    {
        var due = names.Where(name => !name.EndsWith('?')).ToHashSet(StringComparer.Ordinal);
        var known = names.Select(name => name.TrimEnd('?')).ToHashSet(StringComparer.Ordinal);
        var present = node.AsObject().Select(member => member.Key).ToHashSet(StringComparer.Ordinal);
        Assert.True(due.IsSubsetOf(present) && present.IsSubsetOf(known),
            $"Members should be [{string.Join(", ", names)}] in {node.ToJsonString()}");
    }

    /// <summary>RFC 3339, UTC, exactly milliseconds.</summary>
    public static DateTimeOffset Time(this JsonNode node, string member)
    {
        var text = node.Text(member);
        Assert.Matches(Rfc3339Milliseconds(), text);
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
    }

    public static void AssertIsId(string text) => Assert.Matches(Id(), text);

    private static JsonNode Member(this JsonNode node, string member) =>
        node[member] ?? throw new FormatException($"\"{member}\" is missing or null in {node.ToJsonString()}");

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rfc3339Milliseconds();

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();
}
