using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Presence;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Brings the embedded database into the server.</summary>
public static class SqliteRegistration
{
    /// <summary>Adds the database, which is opened and migrated before anything else starts, and the seams it serves.</summary>
    public static void AddSqlite(this IHostApplicationBuilder builder, string path)
    {
        var services = builder.Services;
        services.AddSingleton(provider => SqliteStart.Open(path, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IDatabase>(provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton(provider => provider.GetRequiredService<SqliteDatabase>().Epoch);
        services.AddSingleton<IMessageLog, SqliteMessageLog>();
        services.AddSingleton<INodeStore, SqliteNodeStore>();
        services.AddSingleton<IPresenceStore, SqlitePresenceStore>();
        SqliteMetrics.Watch(path);
    }
}
