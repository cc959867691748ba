using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace FastChat.Server.Hosting;

/// <summary>The page whose scripts and styles are loaded from a CDN: made once at start, answered from memory.</summary>
internal sealed class PageFromCdn
{
    private const string OwnAssets = "\"./assets/";

    private readonly byte[] html;
    private readonly EntityTagHeaderValue tag;
    private readonly string policy;

    /// <param name="page">The built page, whose files are at <c>./assets/</c>.</param>
    /// <param name="assetsUrl">The CDN's folder, with a slash at its end.</param>
    public PageFromCdn(string page, string assetsUrl)
    {
        html = Encoding.UTF8.GetBytes(page.Replace(OwnAssets, $"\"{assetsUrl}assets/", StringComparison.Ordinal));
        tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(html).AsSpan(0, 12))}\"");
        policy = SecurityHeaders.PagePolicyWith(PublicAddress.OriginOf(assetsUrl));
    }

    /// <summary>True for the paths of the page.</summary>
    public static bool IsFor(PathString path) => path == "/" || path == "/index.html";

    /// <summary>Answers with the page, or with 304 to who has it.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        var headers = response.GetTypedHeaders();
        headers.ETag = tag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.ContentSecurityPolicy = policy;
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(html).AsTask();
    }
}
