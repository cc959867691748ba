using FastChat.Server.Chats;
using FastChat.Server.Presence;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Brings the embedded database into the server.</summary>
public static class SqliteRegistration
{
    /// <summary>Adds the database that <see cref="SqliteStart"/> has opened, and the seams it serves.</summary>
    public static void AddSqlite(this IHostApplicationBuilder builder, SqliteDatabase database, string epoch)
    {
        builder.Services.AddSingleton(_ => database);
        builder.Services.AddSingleton<IDatabase>(services => services.GetRequiredService<SqliteDatabase>());
        builder.Services.AddSingleton(new Epoch(epoch));
        builder.Services.AddSingleton<IMessageLog, SqliteMessageLog>();
        builder.Services.AddSingleton<IPresenceStore, SqlitePresenceStore>();
    }
}
