namespace FastChat.EndToEndTests.Deployment;

/// <summary>As much of YAML as compose files need: maps by indentation, lists of scalars, quotes, comments. What is else in a file fails the test.</summary>
internal static class Yaml
{
    public static Dictionary<string, object> Read(IEnumerable<string> text)
    {
        var lines = new Queue<string>(text.Where(line => line.Trim().Length > 0 && line.TrimStart()[0] != '#'));
        var map = ReadMap(lines, 0);
        Assert.Empty(lines);
        return map;
    }

    /// <summary>A map within a map; empty where there is none.</summary>
    public static Dictionary<string, object> Map(this Dictionary<string, object> map, string key) => map.GetValueOrDefault(key) as Dictionary<string, object> ?? [];

    /// <summary>A list within a map; empty where there is none.</summary>
    public static List<string> List(this Dictionary<string, object> map, string key) => map.GetValueOrDefault(key) as List<string> ?? [];

    public static string Text(this Dictionary<string, object> map, string key) => Assert.IsType<string>(map[key]);

    private static Dictionary<string, object> ReadMap(Queue<string> lines, int indentation)
    {
        var map = new Dictionary<string, object>(StringComparer.Ordinal);
        while (lines.TryPeek(out var line) && Indentation(line) == indentation)
        {
            lines.Dequeue();
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            Assert.True(colon > 0 && (colon == line.Length - 1 || line[colon + 1] == ' '), $"No member of a map: {line}");
            var value = line[(colon + 1)..].Trim();
            Assert.True(map.TryAdd(line[..colon].Trim(), value.Length > 0 ? Scalar(value) : ReadNested(lines, indentation)), $"Twice: {line}");
        }

        Assert.True(!lines.TryPeek(out var next) || Indentation(next) < indentation, $"Indented by nothing: {next}");
        return map;
    }

    private static object ReadNested(Queue<string> lines, int outer)
    {
        if (!lines.TryPeek(out var first) || Indentation(first) <= outer)
        {
            return string.Empty;
        }

        var indentation = Indentation(first);
        if (first.TrimStart()[0] != '-')
        {
            return ReadMap(lines, indentation);
        }

        var list = new List<string>();
        while (lines.TryPeek(out var line) && Indentation(line) == indentation && line.TrimStart().StartsWith("- ", StringComparison.Ordinal))
        {
            list.Add(Scalar(lines.Dequeue().Trim()[2..].Trim()));
        }

        return list;
    }

    private static string Scalar(string value)
    {
        Assert.True(value[0] == '"' ? value.Length > 1 && value[^1] == '"' : !value.Contains(": ", StringComparison.Ordinal) || value.StartsWith("subnet:", StringComparison.Ordinal), value);
        return value.Trim('"');
    }

    private static int Indentation(string line) => line.Length - line.TrimStart(' ').Length;
}
