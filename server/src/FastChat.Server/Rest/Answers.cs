using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FastChat.Protocol;

namespace FastChat.Server.Rest;

/// <summary>What a call is answered with: JSON by the contract's rules, or a problem document.</summary>
public static class Answers
{
    // The readers are JSON readers (nosniff says so), so only what JSON itself wants is escaped.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <paramref name="body"/> with a status.</summary>
    public static IResult Json<T>(T body, JsonTypeInfo<T> typeInfo, int status = StatusCodes.Status200OK) =>
        new JsonAnswer<T>(body, typeInfo, status, "application/json; charset=utf-8", null);

    /// <summary>Writes a refusal as a problem document, with <c>Retry-After</c> (whole seconds, rounded up) where it is known.</summary>
    public static IResult Problem(Refusal refusal) => Problem(refusal, refusal.Code.ToHttpStatus());

    /// <summary>The same with a status of its own, where HTTP has a more telling one than the code's.</summary>
    public static IResult Problem(Refusal refusal, int status)
    {
        RefusalMetrics.RefusedCall(refusal.Code);
        return new JsonAnswer<ProblemBody>(
            ProblemBody.From(refusal, status),
            ProblemJsonContext.Default.ProblemBody,
            status,
            "application/problem+json; charset=utf-8",
            refusal.RetryAfter);
    }

    private sealed class JsonAnswer<T>(T body, JsonTypeInfo<T> typeInfo, int status, string contentType, TimeSpan? retryAfter) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = contentType;
            if (retryAfter is { } wait)
            {
                response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }

            await using (var writer = new Utf8JsonWriter(response.BodyWriter, WriterOptions))
            {
                JsonSerializer.Serialize(writer, body, typeInfo);
            }

            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
