using System.Text.Json.Serialization;
using FastChat.Protocol;
using FastChat.Server.Rest;

namespace FastChat.Server.Hosting;

/// <summary><c>/health/live</c> and <c>/health/ready</c>.</summary>
internal static class HealthEndpoints
{
    private static readonly HealthBody Good = new("ok");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Health");
        health.MapGet("/live", Live).WithName("Live").WithSummary("The process answers").Produces<HealthBody>();
        health.MapGet("/ready", ReadyAsync).WithName("Ready").WithSummary("The server can serve")
            .Produces<HealthBody>().Refuses(ErrorCode.Unavailable);
    }

    private static IResult Live(HttpContext context) => Answer(context);

    private static async Task<IResult> ReadyAsync(HttpContext context, Readiness readiness)
    {
        if (await readiness.FindFaultAsync(context.RequestAborted) is not { } part)
        {
            return Answer(context);
        }

        context.Response.Headers.CacheControl = "no-store";
        return Answers.Problem(new Refusal(ErrorCode.Unavailable, $"Not ready: {part}.") { Member = part });
    }

    private static IResult Answer(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Answers.Json(Good, HostingJsonContext.Default.HealthBody);
    }
}

/// <summary>How the server is.</summary>
/// <param name="Status"><c>ok</c>.</param>
internal sealed record HealthBody(string Status);

/// <summary>How the bodies of this folder are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthBody))]
internal sealed partial class HostingJsonContext : JsonSerializerContext;
