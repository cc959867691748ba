using FastChat.Server.Rest;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Identity;

/// <summary>Puts identity into the program.</summary>
public static class IdentityRegistration
{
    /// <summary>Registers identity. It needs <c>IDatabase</c> and <c>IBackplane</c>.</summary>
    public static void AddIdentity(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<IdentityOptions>, IdentityOptionsValidation>();
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateOnStart();
        services.TryAddSingleton(_ => new OriginPolicy(builder.Configuration[OriginPolicy.Setting]));
        services.AddSingleton<RevokedSessions>();
        services.AddHostedService<RevocationCheck>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<SessionActivity>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionActivity>());
        services.AddSingleton<SessionLookup>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionLookup>());
        services.AddSingleton<SessionService>();
        services.AddSingleton<RefreshService>();
        services.AddSingleton<LinkService>();
        services.AddSingleton<Profiles>();
        services.AddSingleton<GuestLimit>();
        services.AddSingleton<IdentityStart>();

        // Not AddAuthentication: that brings data protection along, which writes keys into a home directory for cookies
        // that there are not.
        services.AddTransient<BearerAuthentication>();
        services.AddAuthenticationCore(options =>
        {
            options.DefaultScheme = BearerAuthentication.SchemeName;
            options.AddScheme<BearerAuthentication>(BearerAuthentication.SchemeName, null);
        });
        services.AddAuthorization();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, IdentityJsonContext.Default));
    }

    /// <summary>Maps <c>/api/sessions</c> and <c>/api/me</c>.</summary>
    public static void MapIdentity(this IEndpointRouteBuilder routes) => IdentityEndpoints.Map(routes);

    /// <summary>Loads the signing key and the recent revocations; after the migrations, before the first call is served.</summary>
    public static Task InitializeIdentityAsync(this IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<IdentityStart>().RunAsync(cancellationToken);
}
