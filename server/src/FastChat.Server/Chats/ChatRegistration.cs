using Microsoft.AspNetCore.Http.Json;

namespace FastChat.Server.Chats;

/// <summary>Brings chats into the server.</summary>
public static class ChatRegistration
{
    /// <summary>Adds the services; the database's adaptor adds the <see cref="IMessageLog"/>.</summary>
    public static void AddChats(this IHostApplicationBuilder builder)
    {
        LogMetrics.Register();
        builder.Services.AddOptions<ChatOptions>().BindConfiguration(ChatOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<AnswerPump>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AnswerPump>());
        builder.Services.AddSingleton<ChatQueries>();
        builder.Services.AddSingleton<MissedMessages>();
        builder.Services.AddSingleton<ChatMembers>();
        builder.Services.AddSingleton<SyncChats>();
        builder.Services.AddSingleton<SyncAdmission>();
        builder.Services.AddSingleton<SendMessage>();
        builder.Services.AddSingleton<OpenChat>();
        builder.Services.AddSingleton<AdvancePosition>();
        builder.Services.AddSingleton<BlockUser>();
        builder.Services.Configure<JsonOptions>(options => options.SerializerOptions.TypeInfoResolverChain.Add(ChatJsonContext.Default));
    }

    /// <summary>Maps the REST calls.</summary>
    public static void MapChats(this IEndpointRouteBuilder routes)
    {
        ChatEndpoints.Map(routes);
        BlockEndpoints.Map(routes);
    }
}
