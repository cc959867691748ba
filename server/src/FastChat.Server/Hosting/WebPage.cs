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
    public static void Use(WebApplication app, string folder)
    {
        if (!File.Exists(Path.Combine(folder, "index.html")))
        {
            app.MapGet("/", () => Results.Text(NotBuilt)).ExcludeFromDescription();
            return;
        }

        var files = new PhysicalFileProvider(folder);
        app.Use((context, next) => IsCompressedName(context.Request.Path) ? NotFound(context) : Choose(context, next, files));
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            ContentTypeProvider = new ContentTypes(),
            OnPrepareResponse = Prepare,
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
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
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

    private static void Prepare(StaticFileResponseContext file)
    {
        var headers = file.Context.Response.Headers;
        headers.ContentSecurityPolicy = SecurityHeaders.PagePolicy;
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
        if (path.StartsWithSegments("/assets", StringComparison.Ordinal))
        {
            return "public, max-age=31536000, immutable";
        }

        return ContentTypes.PlainExtension(path.Value) is ".html" or ".js" or ".json" or ".webmanifest" ? "no-cache" : "public, max-age=3600";
    }

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
