using FastChat.Server.Cluster;
using FastChat.Server.Rest;

namespace FastChat.Server.Gateway;

/// <summary>Brings the WebSocket gateway into the server.</summary>
public static class GatewayRegistration
{
    /// <summary>Adds the services.</summary>
    public static void AddGateway(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        GatewayMetrics.Register();
        RefusalMetrics.Register();
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Admission>();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<ConnectionLoop>();
        services.AddSingleton<HelloHandler>();
        services.AddSingleton<FrameRouter>();
        services.AddSingleton<Fanout>();
        services.AddSingleton<HintRouter>();
        services.AddSingleton<DeliveryOrder>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryOrder>());
        services.AddHostedService<HeadCheck>();
        services.AddSingleton<TypingRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<TypingRelay>());
        services.AddHostedService<RenameAnnouncer>();
        services.AddHostedService<ConnectionWatch>();
        services.AddSingleton<LostLease>();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
    }

    /// <summary>
    /// Takes <c>/ws</c> off before routing and authentication: a connection lives for hours, and would hold all that time
    /// what those keep for a call. Begins to deliver what is published.
    /// </summary>
    public static void UseGateway(this WebApplication app)
    {
        app.Services.GetRequiredService<HintRouter>().Subscribe(app.Services.GetRequiredService<IBackplane>());
        app.Services.GetRequiredService<LostLease>().Follow();
        var endpoint = ActivatorUtilities.CreateInstance<GatewayEndpoint>(app.Services);
        app.MapWhen(GatewayEndpoint.IsFor, branch =>
        {
            branch.Use(TransportUpgrade.PutUnder);
            branch.UseWebSockets();
            branch.Run(endpoint.HandleAsync);
        });
    }
}
