namespace FastChat.Server.Storage;

/// <summary>A step of the schema, run once in the life of a database: the file <c>NNNN_Name.sql</c> in the folder Migrations of its database.</summary>
/// <param name="Id">The file's name without its ending. Steps are run in the order of their ids.</param>
/// <param name="Resource">The name under which the file is part of the program.</param>
internal sealed record SchemaMigration(string Id, string Resource)
{
    /// <summary>The table of the steps that a database has seen. Name and columns are EF Core's, which ran the steps of the first databases.</summary>
    public const string History = "__EFMigrationsHistory";

    private const string Ending = ".sql";

    private static readonly string ProductVersion = typeof(SchemaMigration).Assembly.GetName().Version!.ToString(fieldCount: 3);

    /// <summary>The step's statements, and the one by which the database remembers it; to be run in one transaction.</summary>
    /// <exception cref="InvalidOperationException">The file is missing from the build.</exception>
    public string Script
    {
        get
        {
            using var stream = typeof(SchemaMigration).Assembly.GetManifestResourceStream(Resource)
                ?? throw new InvalidOperationException($"the resource {Resource} is missing from the build");
            using var reader = new StreamReader(stream);
            return $"""
                {reader.ReadToEnd()}
                INSERT INTO "{History}" ("MigrationId", "ProductVersion") VALUES ('{Id}', '{ProductVersion}');

                """;
        }
    }

    /// <summary>The steps whose files stand in the folder Migrations beside a type, in their order.</summary>
    public static IReadOnlyList<SchemaMigration> Beside(Type type)
    {
        var folder = $"{type.Namespace}.Migrations.";
        return
        [
            .. type.Assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(folder, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new SchemaMigration(name[folder.Length..^Ending.Length], name)),
        ];
    }
}
