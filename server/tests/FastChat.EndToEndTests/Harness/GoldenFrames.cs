using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Harness;

/// <summary>The golden frames of <c>protocol/examples</c>.</summary>
public static class GoldenFrames
{
    /// <summary>One or more of each type that a client may send.</summary>
    public static IReadOnlyList<JsonObject> OfClients() =>
        [.. Directory.GetFiles(Path.Combine(Root(), "protocol", "examples", "client"), "*.json").Order(StringComparer.Ordinal).Select(file => Json.Parse(File.ReadAllText(file)))];

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "protocol", "examples")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("protocol/examples is in no folder above the tests.");
    }
}
