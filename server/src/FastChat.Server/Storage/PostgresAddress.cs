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

    /// <inheritdoc/>
    public override string ToString() => $"{Database} at {(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}
