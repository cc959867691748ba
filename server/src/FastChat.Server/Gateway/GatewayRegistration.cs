using FastChat.Server.Cluster;

namespace FastChat.Server.Gateway;

/// <summary>Brings the WebSocket gateway into the server.</summary>
public static class GatewayRegistration
{
    /// <summary>Adds the services.</summary>
    public static void AddGateway(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<ConnectionLoop>();
        services.AddSingleton<HelloHandler>();
        services.AddSingleton<FrameRouter>();
        services.AddSingleton<Fanout>();
        services.AddSingleton<TypingRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<TypingRelay>());
        services.AddHostedService<RenameAnnouncer>();
        services.AddHostedService<ConnectionWatch>();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
    }

    /// <summary>Maps <c>/ws</c> and begins to deliver what is published.</summary>
    public static void MapGateway(this WebApplication app)
    {
        app.Use(TransportUpgrade.PutUnder);
        app.UseWebSockets();
        app.Services.GetRequiredService<IBackplane>().Subscribe(app.Services.GetRequiredService<Fanout>().Handle);
        GatewayEndpoint.Map(app);
    }
}
