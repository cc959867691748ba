using FastChat.Server.Blocks;
using Microsoft.AspNetCore.Http.Json;

namespace FastChat.Server.Presence;

/// <summary>Brings presence into the server.</summary>
public static class PresenceRegistration
{
    /// <summary>Adds the services; the database's adaptor adds the <see cref="IPresenceStore"/>.</summary>
    public static void AddPresence(this IHostApplicationBuilder builder)
    {
        PresenceMetrics.Register();
        builder.Services.AddOptions<PresenceOptions>().BindConfiguration(PresenceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<PresenceTracker>();
        builder.Services.AddSingleton<PresenceBroadcaster>();
        builder.Services.AddSingleton<PresenceDirectory>();
        builder.Services.AddSingleton<ILastSeen>(provider => provider.GetRequiredService<PresenceDirectory>());
        builder.Services.AddSingleton<HeartbeatLimiter>();
        builder.Services.AddSingleton<PresenceReconciler>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<PresenceReconciler>());
        builder.Services.AddHostedService<PresenceRecorder>();
        builder.Services.AddHostedService<PresenceReaper>();
        builder.Services.AddHostedService<PresencePacer>();
        builder.Services.Configure<JsonOptions>(options => options.SerializerOptions.TypeInfoResolverChain.Add(PresenceJsonContext.Default));
    }

    /// <summary>Maps the REST calls.</summary>
    public static void MapPresence(this IEndpointRouteBuilder routes) => PresenceEndpoints.Map(routes);
}
