using Microsoft.Extensions.Options;

namespace FastChat.Server.Cluster;

/// <summary>Where the bus between nodes is.</summary>
public sealed class ClusterOptions
{
    /// <summary>The setting's name.</summary>
    public const string Setting = "BACKPLANE_URL";

    /// <summary>RabbitMQ's address, which may hold a password; null: it is not the bus.</summary>
    public Uri? RabbitMq { get; private init; }

    /// <summary>PostgreSQL's address as it was given, which may hold a password; null: it is not the bus, or the database's own address is to be taken.</summary>
    public string? PostgresUrl { get; private init; }

    /// <summary>Reads the setting.</summary>
    /// <exception cref="OptionsValidationException">It is no URL that can be used; the sentence never repeats it.</exception>
    public static ClusterOptions From(IConfiguration configuration)
    {
        var url = configuration[Setting];
        if (string.IsNullOrEmpty(url))
        {
            return new ClusterOptions();
        }

        if (url.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase))
        {
            return new ClusterOptions { PostgresUrl = url };
        }

        if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri.Host.Length > 0 && uri.Query.Length == 0)
        {
            return new ClusterOptions { RabbitMq = uri };
        }

        var sentence =
            $"{Setting} must be postgresql://user:password@host:port/name (a direct connection) or amqp://user:password@host:port (amqps:// with TLS); "
            + "if it is one, write special characters of the password as %23 for #, %2F for /, %3F for ?, %40 for @.";
        throw new OptionsValidationException(Setting, typeof(ClusterOptions), [sentence]);
    }
}
