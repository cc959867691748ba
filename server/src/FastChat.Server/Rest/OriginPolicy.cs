using System.Buffers;
using System.Collections.Frozen;

namespace FastChat.Server.Rest;

/// <summary>
/// From which pages a browser may use this server (GW1): its own host, and the origins that the setting
/// <c>ALLOWED_ORIGINS</c> names. Used for <c>/ws</c>, for calls with the refresh cookie and for CORS.
/// </summary>
public sealed class OriginPolicy
{
    /// <summary>The setting: origins (<c>scheme://host[:port]</c>) separated by commas; default none.</summary>
    public const string Setting = "ALLOWED_ORIGINS";

    private static readonly SearchValues<char> NotInOrigins = SearchValues.Create("/?#@\\* ");

    private readonly FrozenSet<string> allowed;

    /// <summary>The policy for a list as the setting gives it; what <see cref="Check"/> complains of is left out.</summary>
    public OriginPolicy(string? allowedOrigins) =>
        allowed = Split(allowedOrigins).Select(TryNormalize).OfType<string>().ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The origins that are allowed besides the own host.</summary>
    public IReadOnlyCollection<string> Allowed => allowed;

    /// <summary>One sentence for each entry of the setting that is no origin.</summary>
    public static IEnumerable<string> Check(string? allowedOrigins) => Split(allowedOrigins)
        .Where(entry => TryNormalize(entry) is null)
        .Select(entry => $"{Setting}: `{entry}` is not an origin; write scheme://host or scheme://host:port.");

    /// <summary>True if the call comes from no browser page, from a page of this host or from an allowed one.</summary>
    public bool Allows(HttpRequest request)
    {
        var header = request.Headers.Origin;
        if (header.Count == 0)
        {
            return true;
        }

        return header.Count == 1 && header[0] is { } origin && (IsAllowed(origin) || IsOwnHost(origin, request));
    }

    /// <summary>True if the setting names this origin.</summary>
    public bool IsAllowed(string origin) => allowed.Count > 0 && TryNormalize(origin) is { } normal && allowed.Contains(normal);

    /// <summary>
    /// The page's host and port are those of this call. A page over http never counts as the own one of a server over
    /// https; the other way round it does, since a proxy may take the encryption off without saying so.
    /// </summary>
    private static bool IsOwnHost(string origin, HttpRequest request)
    {
        if (TryNormalize(origin) is null || !Uri.TryCreate(origin, UriKind.Absolute, out var page))
        {
            return false;
        }

        var isSecure = page.Scheme == Uri.UriSchemeHttps;
        if ((!isSecure && page.Scheme != Uri.UriSchemeHttp) || (!isSecure && request.IsHttps))
        {
            return false;
        }

        var port = request.Host.Port ?? (isSecure ? 443 : 80);
        return page.Port == port && string.Equals(HostOf(page), request.Host.Host, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>An origin as browsers write it (lower case, no default port), or null if it is none.</summary>
    private static string? TryNormalize(string origin)
    {
        var schemeEnd = origin.IndexOf("://", StringComparison.Ordinal);
        var isOrigin = schemeEnd > 0
            && origin.AsSpan(schemeEnd + 3).IndexOfAny(NotInOrigins) < 0
            && Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && uri.Host.Length > 0;
        if (!isOrigin)
        {
            return null;
        }

        var parsed = new Uri(origin);
        var port = parsed.IsDefaultPort || parsed.Port < 0 ? string.Empty : $":{parsed.Port}";
        return $"{parsed.Scheme}://{HostOf(parsed)}{port}";
    }

    /// <summary>The host as browsers write it: names in ASCII, IPv6 addresses in brackets.</summary>
    private static string HostOf(Uri uri) => uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost : uri.Host;

    private static string[] Split(string? origins) =>
        (origins ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
