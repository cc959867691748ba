using System.Globalization;

namespace FastChat.Server.Storage;

/// <summary>
/// Reads <c>postgresql://user:password@host:port/name?option=value</c>, as Neon, Heroku and others hand it out. No sentence
/// repeats a part of the URL but an option's name, since in a URL that was put together badly any part may be the password.
/// </summary>
internal static class PostgresUrl
{
    private const int DefaultPort = 5432;

    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    /// <summary>The options there are, each with the values it may have; null: any.</summary>
    private static readonly Dictionary<string, string[]?> Known = new(StringComparer.Ordinal)
    {
        ["sslmode"] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        ["channel_binding"] = ["disable", "prefer", "require"],
        ["connect_timeout"] = [.. Enumerable.Range(1, 60).Select(seconds => seconds.ToString(CultureInfo.InvariantCulture))],
        ["sslrootcert"] = null,
        ["sslcert"] = null,
        ["sslkey"] = null,
        ["application_name"] = null,
        ["options"] = null,
        ["host"] = null,
    };

    /// <summary>True if the URL is meant for PostgreSQL.</summary>
    public static bool Is(string url) => Array.Exists(Schemes, scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the URL.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="setting">The setting in which it stands, for the sentence.</param>
    /// <exception cref="DatabaseRefusedException">It can't be used, with the reason.</exception>
    public static PostgresAddress Read(string url, string setting = StorageOptions.Setting)
    {
        try
        {
            return ReadParts(url);
        }
        catch (BadUrlException fault)
        {
            throw new DatabaseRefusedException($"{setting} {fault.Message}; it must be like postgresql://user:password@host:port/name.", fault);
        }
    }

    private static PostgresAddress ReadParts(string url)
    {
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var (location, query) = Cut(rest, rest.IndexOf('?', StringComparison.Ordinal));
        if (query.Contains('@', StringComparison.Ordinal) || rest.Contains('#', StringComparison.Ordinal))
        {
            throw Refused("is split at a character of the password: write it as %23 for #, %2F for /, %3F for ?, %40 for @");
        }

        var (authority, path) = Cut(location, location.IndexOf('/', StringComparison.Ordinal));
        if (path.Contains('@', StringComparison.Ordinal))
        {
            throw Refused("is split at a slash of the password: write it as %2F");
        }

        var at = authority.LastIndexOf('@');
        var credentials = at < 0 ? string.Empty : authority[..at];
        var (user, password) = Cut(credentials, credentials.IndexOf(':', StringComparison.Ordinal));
        var (host, port) = ReadHost(authority[(at + 1)..]);
        var options = ReadOptions(query);
        return new PostgresAddress
        {
            Host = options.Remove("host", out var folder) ? folder : host.Length > 0 ? host : throw Refused("names no host"),
            Port = port,
            Database = path.Length > 0 ? Decode(path) : throw Refused("names no database"),
            User = user.Length > 0 ? Decode(user) : null,
            Password = password.Length > 0 ? Decode(password) : null,
            Options = options,
        };
    }

    private static (string Host, int Port) ReadHost(string text)
    {
        if (text.Contains(',', StringComparison.Ordinal))
        {
            throw Refused("names more than one host");
        }

        var bracket = text.IndexOf(']', StringComparison.Ordinal);
        var colon = text.IndexOf(':', Math.Max(bracket, 0));
        var (host, digits) = Cut(text, colon);
        var port = DefaultPort;
        if (digits.Length > 0 && !(int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535))
        {
            throw Refused("names a port that is no number from 1 to 65535");
        }

        return (Decode(host.Trim('[', ']')), port);
    }

    private static Dictionary<string, string> ReadOptions(string query)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, text) = Cut(option, option.IndexOf('=', StringComparison.Ordinal));
            if (!Known.TryGetValue(name, out var allowed))
            {
                throw Refused($"has an option that is not known here ({ShortName(name)}); known are {string.Join(", ", Known.Keys)}");
            }

            var value = Decode(text);
            if (allowed is not null && !allowed.Contains(value, StringComparer.Ordinal))
            {
                throw Refused($"has a bad value for {name}: allowed are {(allowed.Length > 10 ? $"{allowed[0]} to {allowed[^1]}" : string.Join(", ", allowed))}");
            }

            options[name] = value;
        }

        return options;
    }

    private static string ShortName(string name) => name.Length <= 40 && name.All(c => char.IsAsciiLetterLower(c) || c is '_' or '-') ? name : "its name can't be read";

    /// <summary>What is before a place and what is behind it; all of it and nothing if there is no such place.</summary>
    private static (string Before, string Behind) Cut(string text, int place) =>
        place < 0 ? (text, string.Empty) : (text[..place], text[(place + 1)..]);

    private static string Decode(string text)
    {
        var decoded = Uri.UnescapeDataString(text);
        return decoded.Contains('\0', StringComparison.Ordinal) ? throw Refused("holds the character U+0000") : decoded;
    }

    private static BadUrlException Refused(string reason) => new(reason);

    /// <summary>What is wrong with a URL, before it is said of which setting.</summary>
    private sealed class BadUrlException(string reason) : Exception(reason);
}
