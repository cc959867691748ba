using FastChat.Protocol;
using Microsoft.OpenApi;

namespace FastChat.Server.Rest;

/// <summary>Words for the OpenAPI document that change nothing in how a call is handled.</summary>
public static class EndpointDescription
{
    /// <summary>
    /// Describes the JSON body. Not by <c>Accepts</c>: routing acts on that and would answer 415 before 401.
    /// </summary>
    public static RouteHandlerBuilder TakesBody<T>(this RouteHandlerBuilder endpoint, bool required = true) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
        {
            var schema = await context.GetOrCreateSchemaAsync(typeof(T), null, cancellationToken);
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = required,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new() { Schema = schema },
                },
            };
        });

    /// <summary>Describes the refusals by their codes; each is a problem document.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ErrorCode[] codes)
    {
        foreach (var status in codes.Select(code => code.ToHttpStatus()).Distinct())
        {
            endpoint.Produces<ProblemBody>(status, "application/problem+json");
        }

        return endpoint;
    }
}
