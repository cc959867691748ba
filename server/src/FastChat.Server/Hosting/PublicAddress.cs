using System.Buffers;

namespace FastChat.Server.Hosting;

/// <summary>Under which path the page and the calls are reached, and from where the page's files are loaded.</summary>
internal static class PublicAddress
{
    /// <summary>The setting: the path before everything, such as <c>/chat</c>; default none.</summary>
    public const string PathBaseSetting = "PATH_BASE";

    /// <summary>The setting: the folder at a CDN in which <c>assets/</c> lies; default none, the files come from here.</summary>
    public const string AssetsSetting = "ASSETS_URL";

    private static readonly SearchValues<char> InPaths =
        SearchValues.Create("/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>What in a policy or an attribute of HTML would end what is written there.</summary>
    private static readonly SearchValues<char> NotInAddresses = SearchValues.Create(" ;,'\"<>?#@\\*");

    /// <summary>The prefix without a slash at its end; empty for none, null for what is no path.</summary>
    public static string? ReadPathBase(string given)
    {
        var path = given.TrimEnd('/');
        var isPath = path.Length == 0
            || (path[0] == '/' && !path.AsSpan().ContainsAnyExcept(InPaths) && !path.Split('/')[1..].Any(part => part is "" or "." or ".."));
        return isPath ? path : null;
    }

    /// <summary>The CDN's folder with a slash at its end; empty for none, null for what is no address of one.</summary>
    public static string? ReadAssetsUrl(string given)
    {
        if (given.Length == 0)
        {
            return string.Empty;
        }

        var isAddress = !given.AsSpan().ContainsAny(NotInAddresses)
            && Uri.TryCreate(given, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);
        return isAddress ? new Uri(given).AbsoluteUri.TrimEnd('/') + "/" : null;
    }

    /// <summary>What a policy names: scheme, host and port of an address from <see cref="ReadAssetsUrl"/>; empty for none.</summary>
    public static string OriginOf(string assetsUrl) => assetsUrl.Length == 0 ? string.Empty : new Uri(assetsUrl).GetLeftPart(UriPartial.Authority);

    /// <summary>One sentence for each of the two settings that can't be used.</summary>
    public static IEnumerable<string> Check(HostingOptions options)
    {
        if (ReadPathBase(options.PathBase) is null)
        {
            yield return $"{PathBaseSetting}: `{options.PathBase}` is no path; write /chat.";
        }

        if (ReadAssetsUrl(options.AssetsUrl) is null)
        {
            yield return $"{AssetsSetting}: `{options.AssetsUrl}` is no address of a folder; write https://cdn.example.org/fastchat/.";
        }
    }

    /// <summary>
    /// Takes the prefix off every path that has it. What comes without it is served too: a proxy may have taken it off, and the
    /// operator's own checks need not know of it.
    /// </summary>
    public static void Use(WebApplication app, string pathBase)
    {
        if (pathBase.Length > 0)
        {
            app.UsePathBase(pathBase);
        }

        app.Use((context, next) => context.Request.Path.HasValue ? next(context) : ToFolder(context));
    }

    /// <summary>The page's addresses are relative: they lead to the right place only from a folder.</summary>
    private static Task ToFolder(HttpContext context)
    {
        context.Response.Redirect($"{context.Request.PathBase}/{context.Request.QueryString}", permanent: true, preserveMethod: true);
        return Task.CompletedTask;
    }
}
