using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Presence;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Brings PostgreSQL into the server.</summary>
public static class PostgresRegistration
{
    /// <summary>Adds the database, which is opened and migrated before anything else starts, and the seams it serves.</summary>
    public static void AddPostgres(this IHostApplicationBuilder builder, PostgresAddress address)
    {
        var services = builder.Services;
        services.AddSingleton(provider =>
        {
            var database = PostgresStart.Open(address, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>());
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(database.Started);
            return database;
        });
        services.AddSingleton<IDatabase>(provider => provider.GetRequiredService<PostgresDatabase>());
        services.AddSingleton(provider => provider.GetRequiredService<PostgresDatabase>().Epoch);
        services.AddSingleton<PostgresMessageLog>();
        services.AddSingleton<IMessageLog>(provider => provider.GetRequiredService<PostgresMessageLog>());
        services.AddHostedService(provider => provider.GetRequiredService<PostgresMessageLog>());
        services.AddSingleton<INodeStore, PostgresNodeStore>();
        services.AddSingleton<IPresenceStore, PostgresPresenceStore>();
    }
}
