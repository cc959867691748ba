namespace FastChat.Server.Identity;

/// <summary>
/// The cookie that holds a browser's refresh token (ID5). No script can read it, no other site can make a browser send it.
/// </summary>
internal static class RefreshCookie
{
    private const string Name = "fastchat_refresh";

    /// <summary>Browsers take a cookie of this name only from https, for the whole host and from no other host.</summary>
    private const string SecureName = "__Host-" + Name;

    /// <summary>The token that the browser sent, or null.</summary>
    public static string? Read(HttpRequest request) => request.Cookies[request.IsHttps ? SecureName : Name];

    /// <summary>Gives the browser a token to keep.</summary>
    public static void Write(HttpContext context, string token, DateTimeOffset now)
    {
        var options = OptionsFor(context.Request);
        options.MaxAge = RefreshToken.Lifetime;
        options.Expires = now + RefreshToken.Lifetime;
        context.Response.Cookies.Append(NameFor(context.Request), token, options);
    }

    /// <summary>Makes the browser forget its token.</summary>
    public static void Delete(HttpContext context) =>
        context.Response.Cookies.Delete(NameFor(context.Request), OptionsFor(context.Request));

    private static string NameFor(HttpRequest request) => request.IsHttps ? SecureName : Name;

    private static CookieOptions OptionsFor(HttpRequest request) => new()
    {
        HttpOnly = true,
        Secure = request.IsHttps,
        SameSite = SameSiteMode.Strict,
        Path = request.IsHttps ? "/" : request.PathBase.Add("/api/sessions").Value,
        IsEssential = true,
    };
}
