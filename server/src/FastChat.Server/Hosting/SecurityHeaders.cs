namespace FastChat.Server.Hosting;

/// <summary>Headers that every answer has, errors and files too.</summary>
internal static class SecurityHeaders
{
    /// <summary>
    /// For the page and its files (a worker's script too, whose own header governs what the worker may fetch). The styles
    /// of the page's components are made at run time, so styles alone may be inline. <c>'self'</c> holds for the own host's sockets, too (CSP 3).
    /// </summary>
    /// <param name="assets">The origin of a CDN from which the page's files may come too; empty for none.</param>
    public static string PagePolicyWith(string assets)
    {
        var self = assets.Length == 0 ? "'self'" : $"'self' {assets}";
        return $"default-src 'self'; script-src {self}; style-src {self} 'unsafe-inline'; font-src {self}; img-src {self} data: blob:; "
            + $"connect-src {self}; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
            + "object-src 'none'; form-action 'self'";
    }

    /// <summary>For the page that describes the API.</summary>
    public const string DocsPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'self'";

    /// <summary>For everything that is no page: nothing in it is ever run or loaded.</summary>
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

    private const string Permissions = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

    /// <summary>For a year, and for this host alone: what else runs under its subdomains is not ours to say.</summary>
    private const string HttpsOnly = "max-age=31536000";

    /// <summary>Sets the headers before anything else looks at the call, so that whatever answers has them.</summary>
    public static Task Apply(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = Permissions;
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = HttpsOnly;
        }

        headers.ContentSecurityPolicy = DataPolicy;
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            headers.CacheControl = "no-store";
        }

        return next(context);
    }
}
