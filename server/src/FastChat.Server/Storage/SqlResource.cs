namespace FastChat.Server.Storage;

/// <summary>The SQL files that stand beside the classes that run them.</summary>
internal static class SqlResource
{
    /// <summary>Reads <c>NAME.sql</c> from the folder of <typeparamref name="TBeside"/>.</summary>
    public static string Read<TBeside>(string name)
    {
        var resource = $"{typeof(TBeside).Namespace}.{name}.sql";
        using var stream = typeof(TBeside).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the resource {resource} is missing from the build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
