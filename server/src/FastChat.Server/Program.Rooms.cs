using FastChat.Server.Blocks;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Cluster.Postgres;
using FastChat.Server.Cluster.RabbitMq;
using FastChat.Server.Gateway;
using FastChat.Server.Hosting;
using FastChat.Server.Identity;
using FastChat.Server.Management;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Postgres;
using FastChat.Server.Storage.Sqlite;

/// <summary>Puts the rooms together; nobody else sees the adaptors.</summary>
internal static partial class Program
{
    /// <summary>The rooms that do not depend on which database there is; it is not touched.</summary>
    private static void AddRooms(WebApplicationBuilder builder)
    {
        builder.AddHosting();
        builder.AddManagement();
        builder.AddLease();
        builder.AddIdentity();
        builder.AddBlocks();
        builder.AddPresence();
        builder.AddChats();
        builder.AddGateway();
    }

    /// <summary>The database, and the bus between nodes that goes with it.</summary>
    private static void AddDatabase(WebApplicationBuilder builder)
    {
        var storage = StorageOptions.From(builder.Configuration);
        var cluster = ClusterOptions.From(builder.Configuration);
        if (storage.Postgres is { } address)
        {
            builder.AddPostgres(address);
            builder.AddCluster(services => BusOf(cluster, address, services.GetRequiredService<Epoch>().Value));
        }
        else
        {
            builder.AddSqlite(storage.SqlitePath!);
            builder.AddCluster();
        }
    }

    private static IBus BusOf(ClusterOptions cluster, PostgresAddress database, string epoch)
    {
        if (cluster.RabbitMq is { } broker)
        {
            return new RabbitMqBus(broker, epoch);
        }

        var address = cluster.PostgresUrl is { } url ? PostgresUrl.Read(url, ClusterOptions.Setting) : database;
        return new PostgresBus(PostgresConnections.Bus(address), address.ToString(), epoch);
    }
}
