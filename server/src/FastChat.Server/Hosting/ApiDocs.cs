using Microsoft.OpenApi;

namespace FastChat.Server.Hosting;

/// <summary>The OpenAPI document and the page to try it.</summary>
internal static class ApiDocs
{
    private const string Scheme = "Bearer";

    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options =>
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "FastChat",
                Version = "v1",
                Description = "The REST side of FastChat. `POST /api/sessions` gives an access token for the other calls.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        }));

    /// <summary>Serves the page at <c>/docs</c>. Its scripts are files, so that the policy needs no exception for them.</summary>
    public static void UsePage(WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase), docs =>
        {
            docs.Use((context, next) =>
            {
                context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.DocsPolicy;
                return next(context);
            });
            docs.UseSwaggerUI(page =>
            {
                page.RoutePrefix = "docs";
                page.DocumentTitle = "FastChat API";
                page.SwaggerEndpoint("../openapi/v1.json", "FastChat v1");
            });
        });
    }
}
