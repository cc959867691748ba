using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace FastChat.Server.Hosting;

/// <summary>
/// Serves the built page from <c>wwwroot</c> beside the program. Where <c>NAME.br</c> or <c>NAME.gz</c> stands beside a
/// file, those who accept it get that.
/// </summary>
internal static class WebPage
{
    private const string NotBuilt =
        """
        FastChat is running; its API answers under /api and /ws and is described at /docs.
        The web page is not built: run `npm ci && npm run build` in the folder `web` (or `bin/start`) and start again.

        """;

    private static readonly (string Encoding, string Suffix)[] Encodings = [("br", ".br"), ("gzip", ".gz")];

    private static readonly object EncodingKey = new();

    /// <summary>Serves the files of a folder, or says in words that there are none.</summary>
    /// <param name="app">The program.</param>
    /// <param name="folder">Where the built page is.</param>
    /// <param name="assetsUrl">The folder of a CDN from which the page shall load its files; empty for none.</param>
    public static void Use(WebApplication app, string folder, string assetsUrl)
    {
        var page = Path.Combine(folder, "index.html");
        if (!File.Exists(page))
        {
            app.MapGet("/", () => Results.Text(NotBuilt)).ExcludeFromDescription();
            return;
        }

        var files = new PhysicalFileProvider(folder);
        var policy = SecurityHeaders.PagePolicyWith(PublicAddress.OriginOf(assetsUrl));
        if (assetsUrl.Length > 0)
        {
            var fromCdn = new PageFromCdn(File.ReadAllText(page), assetsUrl);
            app.Use((context, next) => IsRead(context.Request) && PageFromCdn.IsFor(context.Request.Path) ? fromCdn.AnswerAsync(context) : next(context));
        }

        app.Use((context, next) => IsCompressedName(context.Request.Path) ? NotFound(context) : Choose(context, next, files));
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            ContentTypeProvider = new ContentTypes(),
            OnPrepareResponse = file => Prepare(file, policy, isForOthers: assetsUrl.Length > 0),
        });
    }

    /// <summary>Only their plain names are paths of the page; the compressed forms are the server's own matter.</summary>
    private static bool IsCompressedName(PathString path) =>
        Array.Exists(Encodings, e => path.Value?.EndsWith(e.Suffix, StringComparison.OrdinalIgnoreCase) == true);

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task Choose(HttpContext context, RequestDelegate next, PhysicalFileProvider files)
    {
        var request = context.Request;
        if (!IsRead(request))
        {
            return next(context);
        }

        if (request.Path == "/")
        {
            request.Path = "/index.html";
        }

        var path = request.Path.Value ?? string.Empty;
        if (Path.HasExtension(path))
        {
            foreach (var (encoding, suffix) in Encodings)
            {
                if (Accepts(request, encoding) && files.GetFileInfo(path + suffix).Exists)
                {
                    request.Path = path + suffix;
                    context.Items[EncodingKey] = encoding;
                    break;
                }
            }
        }

        return next(context);
    }

    private static bool Accepts(HttpRequest request, string encoding) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted)
        && accepted.Any(value => value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && value.Quality is not 0);

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private static void Prepare(StaticFileResponseContext file, string policy, bool isForOthers)
    {
        var headers = file.Context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        if (isForOthers && IsAsset(file.Context.Request.Path))
        {
            // A CDN that fetches its files here hands out these headers too, and the page is then of another origin.
            headers.AccessControlAllowOrigin = "*";
            headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        }

        headers.Vary = HeaderNames.AcceptEncoding;
        headers.CacheControl = CacheControlFor(file.Context.Request.Path);
        if (file.Context.Items.TryGetValue(EncodingKey, out var encoding))
        {
            headers.ContentEncoding = (string?)encoding;
        }
    }

    /// <summary>
    /// What is under <c>/assets</c> has its hash in its name and never changes. The page, its worker and its manifest say
    /// which assets there are and are asked for anew each time (a 304 if they are the same).
    /// </summary>
    private static string CacheControlFor(PathString path)
    {
        if (IsAsset(path))
        {
            return "public, max-age=31536000, immutable";
        }

        return ContentTypes.PlainExtension(path.Value) is ".html" or ".js" or ".json" or ".webmanifest" ? "no-cache" : "public, max-age=3600";
    }

    private static bool IsAsset(PathString path) => path.StartsWithSegments("/assets", StringComparison.Ordinal);

    /// <summary>A compressed file has the type of what it holds.</summary>
    private sealed class ContentTypes : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider known = new()
        {
            Mappings =
            {
                [".html"] = "text/html; charset=utf-8",
                [".css"] = "text/css; charset=utf-8",
                [".js"] = "text/javascript; charset=utf-8",
                [".map"] = "application/json",
                [".webmanifest"] = "application/manifest+json",
            },
        };

        public bool TryGetContentType(string subpath, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string contentType) =>
            known.TryGetContentType(Plain(subpath), out contentType);

        public static string PlainExtension(string? path) => Path.GetExtension(Plain(path ?? string.Empty));

        private static string Plain(string path) => IsCompressedName(path) ? path[..^3] : path;
    }
}
