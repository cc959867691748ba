namespace FastChat.Server.Storage;

/// <summary>Where the database is: one of the two is given.</summary>
public sealed class StorageOptions
{
    /// <summary>The setting's name.</summary>
    public const string Setting = "DATABASE_URL";

    /// <summary>The embedded database, in the folder from which the server is started.</summary>
    public const string Default = "sqlite:data/fastchat.db";

    private const string SqliteScheme = "sqlite:";

    /// <summary>The path of the SQLite file, absolute.</summary>
    public string? SqlitePath { get; private init; }

    /// <summary>The PostgreSQL server and the database on it.</summary>
    public PostgresAddress? Postgres { get; private init; }

    /// <summary>Reads <c>DATABASE_URL</c>.</summary>
    /// <exception cref="DatabaseRefusedException">It is no URL that can be used; the sentence never repeats the URL, which may hold a password.</exception>
    public static StorageOptions From(IConfiguration configuration)
    {
        var url = configuration[Setting] is { Length: > 0 } given ? given : Default;
        if (PostgresUrl.Is(url))
        {
            return new StorageOptions { Postgres = PostgresUrl.Read(url) };
        }

        if (!url.StartsWith(SqliteScheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new DatabaseRefusedException(
                $"{Setting} must be sqlite:PATH, for example {Default}, or postgresql://user:password@host:port/name.");
        }

        var path = url[SqliteScheme.Length..];
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal) || path.EndsWith('/'))
        {
            throw new DatabaseRefusedException($"{Setting} names no file: it must be sqlite:PATH, for example {Default}.");
        }

        return new StorageOptions { SqlitePath = Path.GetFullPath(path) };
    }
}
