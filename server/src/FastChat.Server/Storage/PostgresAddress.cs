namespace FastChat.Server.Storage;

/// <summary>A PostgreSQL database as <c>DATABASE_URL</c> names it. As text it is what may be logged: without user and password.</summary>
public sealed class PostgresAddress
{
    /// <summary>A host's name or address, or the folder of a Unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>The database's name.</summary>
    public required string Database { get; init; }

    /// <summary>The role; null leaves it to the driver, which takes the operating system's user.</summary>
    public string? User { get; init; }

    /// <summary>The password, decoded; it is never logged.</summary>
    public string? Password { get; init; }

    /// <summary>What stood behind <c>?</c>, checked: names as <c>libpq</c> has them, values decoded.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>The URL again, with user and options, but without the password.</summary>
    public string ToUrl()
    {
        var user = User is null ? string.Empty : $"{Uri.EscapeDataString(User)}@";
        var isFolder = Host.StartsWith('/');
        var host = isFolder ? string.Empty : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        var options = Options.Where(option => option.Key != "host").Select(option => $"{option.Key}={Uri.EscapeDataString(option.Value)}").ToList();
        if (isFolder)
        {
            options.Add($"host={Uri.EscapeDataString(Host)}");
        }

        return $"postgresql://{user}{host}:{Port}/{Uri.EscapeDataString(Database)}{(options.Count > 0 ? "?" + string.Join('&', options) : string.Empty)}";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Database} at {(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}
