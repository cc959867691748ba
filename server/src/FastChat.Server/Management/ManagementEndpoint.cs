using System.Net;
using System.Text;
using System.Text.Json;
using FastChat.Server.Hosting;
using FastChat.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Management;

/// <summary>All that the management port answers: the status page, what is behind it, metrics and health.</summary>
internal sealed class ManagementEndpoint(MetricStore store, StatusSampler sampler, Readiness readiness, IOptions<ManagementOptions> options, TimeProvider time)
{
    /// <summary>Only the page's own files, and no form, frame or base.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly Dictionary<string, (byte[] Bytes, string Type)> Files = new(StringComparer.Ordinal)
    {
        ["/"] = (Load("status.html"), "text/html; charset=utf-8"),
        ["/status.css"] = (Load("status.css"), "text/css; charset=utf-8"),
        ["/status.js"] = (Load("status.js"), "text/javascript; charset=utf-8"),
    };

    public Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!IsOurName(context.Request.Host))
        {
            return TextAsync(context, StatusCodes.Status421MisdirectedRequest, "This port answers to localhost or an address only.\n");
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return TextAsync(context, StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD.\n");
        }

        var path = context.Request.Path.Value ?? string.Empty;
        return path switch
        {
            "/metrics" => WriteAsync(context, StatusCodes.Status200OK, OpenMetrics.ContentType, Encoding.UTF8.GetBytes(OpenMetrics.Write(store.Collect()))),
            "/status" => StatusAsync(context),
            "/health/live" => TextAsync(context, StatusCodes.Status200OK, "ok\n"),
            "/health/ready" => ReadyAsync(context),
            _ when Files.TryGetValue(path, out var file) => PageAsync(context, file.Bytes, file.Type),
            _ => TextAsync(context, StatusCodes.Status404NotFound, "There is /, /status, /metrics, /health/live and /health/ready.\n"),
        };
    }

    /// <summary>
    /// A page of the web could let its own name point to this machine and read the answers in an operator's browser; an address or
    /// <c>localhost</c> can't be made to do that.
    /// </summary>
    private bool IsOurName(HostString host) =>
        !options.Value.IsLoopback || host.Host == "localhost" || IPAddress.TryParse(host.Host.Trim('[', ']'), out _);

    private Task StatusAsync(HttpContext context)
    {
        var now = time.GetUtcNow();
        var status = new StatusBody(
            Instruments.NodeId, Environment.MachineName, Instruments.Version, sampler.StartedAt, (now - sampler.StartedAt).TotalSeconds,
            sampler.NotReady, StatusSampler.Period.TotalSeconds, sampler.Samples);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(status, ManagementJsonContext.Default.StatusBody);
        return WriteAsync(context, StatusCodes.Status200OK, "application/json; charset=utf-8", bytes);
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var part = await readiness.FindFaultAsync(context.RequestAborted);
        await (part is null
            ? TextAsync(context, StatusCodes.Status200OK, "ok\n")
            : TextAsync(context, StatusCodes.Status503ServiceUnavailable, $"not ready: {part}\n"));
    }

    private static Task PageAsync(HttpContext context, byte[] bytes, string type)
    {
        context.Response.Headers.ContentSecurityPolicy = PagePolicy;
        return WriteAsync(context, StatusCodes.Status200OK, type, bytes);
    }

    private static Task TextAsync(HttpContext context, int status, string text) =>
        WriteAsync(context, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));

    private static async Task WriteAsync(HttpContext context, int status, string type, byte[] bytes)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    private static byte[] Load(string name)
    {
        using var stream = typeof(ManagementEndpoint).Assembly.GetManifestResourceStream($"Management.Page.{name}")
            ?? throw new InvalidOperationException($"The page's file {name} is not in the program.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
