using System.Text.Json;
using System.Text.Json.Serialization;
using FastChat.Server.Rest;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Hosting;

/// <summary>Puts what surrounds the domains into the program: addresses, headers, errors, files, health, documentation.</summary>
public static class HostingRegistration
{
    private const string DefaultUrl = "http://localhost:8000";

    /// <summary>What the kernel keeps for a peer that reads slowly; Linux takes twice of it, its own bookkeeping included.</summary>
    private const int SendBufferBytes = 128 * 1024;

    /// <summary>Settings that say where to listen; one of them is enough.</summary>
    private static readonly string[] AddressSettings = ["urls", "http_ports", "https_ports"];

    /// <summary>Registers the host. <see cref="Readiness"/> needs <c>IDatabase</c>.</summary>
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        Listen(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<HostingOptions>, HostingOptionsValidation>();
        services.AddOptions<HostingOptions>().Configure<IConfiguration>(HostingOptions.Read).ValidateOnStart();
        services.TryAddSingleton(provider => new OriginPolicy(provider.GetRequiredService<IOptions<HostingOptions>>().Value.AllowedOrigins));
        services.AddSingleton<Readiness>();
        services.AddHostedService<SystemdNotifier>();
        HostBounds.Add(builder);
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<HostingOptions>>(TrustProxies);
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<OriginPolicy>(AllowOrigins);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, HostingJsonContext.Default);
        });
        ApiDocs.Add(services);
        LogLines.Use(builder.Logging);
        Startup.QuietHostUntilStarted(builder.Logging);
    }

    /// <summary>Lines up what looks at every request: calls, files and upgrades.</summary>
    public static void UseHosting(this WebApplication app)
    {
        // All settings of all folders, before any is used: so all that is wrong is said at once, and nothing is done yet.
        app.Services.GetService<IStartupValidator>()?.Validate();
        var options = app.Services.GetRequiredService<IOptions<HostingOptions>>().Value;
        app.UseForwardedHeaders();
        PublicAddress.Use(app, PublicAddress.ReadPathBase(options.PathBase)!);
        app.Use(SecurityHeaders.Apply);
        app.UseMiddleware<ErrorAnswers>();
        app.UseMiddleware<RequestLimit>();
        HostBounds.WarnIfFew(app.Services);
        if (options.DocsEnabled)
        {
            ApiDocs.UsePage(app);
        }

        WebPage.Use(app, app.Configuration[WebHostDefaults.WebRootKey] ?? Path.Combine(AppContext.BaseDirectory, "wwwroot"), PublicAddress.ReadAssetsUrl(options.AssetsUrl)!);
    }

    /// <summary>Lines up what looks at a call before its endpoint does.</summary>
    public static void UseCalls(this WebApplication app)
    {
        app.UseRouting();
        if (app.Services.GetRequiredService<OriginPolicy>().Allowed.Count > 0)
        {
            app.UseCors();
        }

        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>Maps health and, where it is switched on, the OpenAPI document.</summary>
    public static void MapHosting(this WebApplication app)
    {
        HealthEndpoints.Map(app);
        if (app.Services.GetRequiredService<IOptions<HostingOptions>>().Value.DocsEnabled)
        {
            app.MapOpenApi("/openapi/{documentName}.json");
        }
    }

    private static void Listen(WebApplicationBuilder builder)
    {
        var isSet = Array.Exists(AddressSettings, name => !string.IsNullOrEmpty(builder.Configuration[name]))
            || builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        if (!isSet)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        // By default the kernel takes megabytes for a peer that reads nothing (GW4); accepted sockets inherit this.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = SendBufferBytes;
            return socket;
        });
    }

    private static void TrustProxies(ForwardedHeadersOptions forwarded, IOptions<HostingOptions> options)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.All;

        // Every hop is checked against the list, so there may be several of them.
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var (_, network) in options.Value.ReadTrustedProxies())
        {
            if (network is { } trusted)
            {
                forwarded.KnownIPNetworks.Add(trusted);
            }
        }

        if (forwarded.KnownIPNetworks.Count == 0)
        {
            // To the middleware empty lists mean everybody; here they mean nobody.
            forwarded.ForwardedHeaders = ForwardedHeaders.None;
        }
    }

    private static void AllowOrigins(CorsOptions cors, OriginPolicy origins) => cors.AddDefaultPolicy(policy => policy
        .WithOrigins([.. origins.Allowed])
        .AllowCredentials()
        .WithMethods("GET", "POST", "PATCH", "DELETE")
        .WithHeaders("authorization", "content-type")
        .WithExposedHeaders("Retry-After")
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10)));
}
