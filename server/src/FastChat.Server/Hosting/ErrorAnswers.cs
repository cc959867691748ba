using FastChat.Protocol;
using FastChat.Server.Rest;
using FastChat.Server.Storage;

namespace FastChat.Server.Hosting;

/// <summary>
/// The boundary at which exceptions of calls end: logged once, answered with a problem document that gives nothing away.
/// Refusals of the framework that have no body (404, 405 …) get one here too.
/// </summary>
internal sealed partial class ErrorAnswers(RequestDelegate next, ILogger<ErrorAnswers> logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
#pragma warning disable CA1031 // This is the boundary.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            await AnswerAsync(context, fault);
            return;
        }

        if (!context.Response.HasStarted && IsBare(context.Response) && Describe(context.Response.StatusCode) is { } refusal)
        {
            await WriteAsync(context, refusal);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception fault)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            // Who is gone needs no answer; what the call failed with is most likely just that.
            LogGone(fault, context.Request.Path);
            return;
        }

        var refusal = Describe(context, fault);
        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        await WriteAsync(context, refusal);
    }

    private Refusal Describe(HttpContext context, Exception fault)
    {
        switch (fault)
        {
            case DatabaseUnavailableException:
                LogUnavailable(context.Request.Path, fault.Message);
                return new Refusal(ErrorCode.Unavailable, "The database can't be reached right now; try again.", RetryAfter);
            case BadHttpRequestException bad:
                return Describe(bad.StatusCode) ?? new Refusal(ErrorCode.Validation, "The request can't be read.");
            default:
                LogFailed(fault, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return new Refusal(ErrorCode.InternalError, $"Something went wrong; the log has it as {context.TraceIdentifier}.");
        }
    }

    private static bool IsBare(HttpResponse response) => response.ContentLength is null && response.ContentType is null;

    private static Refusal? Describe(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new Refusal(ErrorCode.Validation, "The request can't be read."),
        StatusCodes.Status401Unauthorized => new Refusal(ErrorCode.Unauthorized, "A valid access token is needed."),
        StatusCodes.Status403Forbidden => new Refusal(ErrorCode.Forbidden, "This is not allowed."),
        StatusCodes.Status404NotFound => new Refusal(ErrorCode.NotFound, "There is nothing at this path."),
        StatusCodes.Status405MethodNotAllowed => new Refusal(ErrorCode.MethodNotAllowed, "This path is not called with this method; see `Allow`."),
        StatusCodes.Status413PayloadTooLarge => new Refusal(ErrorCode.TooLarge, "The body is too large."),
        StatusCodes.Status415UnsupportedMediaType => new Refusal(ErrorCode.UnsupportedMediaType, "The body must be `application/json` in UTF-8."),
        StatusCodes.Status429TooManyRequests => new Refusal(ErrorCode.RateLimited, "Too many requests; try again later."),
        StatusCodes.Status503ServiceUnavailable => new Refusal(ErrorCode.Unavailable, "This can't be done right now; try again.", RetryAfter),
        _ => null,
    };

    private static Task WriteAsync(HttpContext context, Refusal refusal)
    {
        var headers = context.Response.Headers;
        headers.ContentLength = null;
        headers.ContentEncoding = default;
        headers.ETag = default;
        headers.LastModified = default;
        headers.CacheControl = "no-store";
        return Answers.Problem(refusal).ExecuteAsync(context);
    }

    [LoggerMessage(8001, LogLevel.Error, "{Method} {Path} failed; it was answered with the id {LogId}")]
    private partial void LogFailed(Exception fault, string method, PathString path, string logId);

    [LoggerMessage(8002, LogLevel.Warning, "{Path} could not be served, the database is away: {Reason}")]
    private partial void LogUnavailable(PathString path, string reason);

    [LoggerMessage(8003, LogLevel.Debug, "The caller of {Path} went away")]
    private partial void LogGone(Exception fault, PathString path);
}
