using FastChat.Server.Blocks;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Cluster.Postgres;
using FastChat.Server.Cluster.RabbitMq;
using FastChat.Server.Gateway;
using FastChat.Server.Hosting;
using FastChat.Server.Identity;
using FastChat.Server.Operations;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Postgres;
using FastChat.Server.Storage.Sqlite;

if (!CommandLine.IsServing(args))
{
    var verbs = new CommandLine(
        given => Prepare(given).Configuration,
        storage => storage.Postgres is { } server ? new PostgresAdministration(server) : new SqliteAdministration(storage.SqlitePath!),
        Startup.Output,
        Startup.Errors,
        TimeProvider.System);
    return await verbs.RunAsync(args);
}

return await Startup.RunAsync(async () =>
{
    var builder = Prepare(args);
    builder.AddHosting();
    builder.AddLease();
    builder.AddIdentity();
    builder.AddBlocks();
    builder.AddPresence();
    builder.AddChats();
    builder.AddGateway();
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

    var app = builder.Build();

    // Checks all settings first: a wrong one stops the start before the database is touched.
    app.UseHosting();
    app.UseGateway();
    app.UseCalls();
    await app.Services.InitializeIdentityAsync(CancellationToken.None);
    app.MapHosting();
    app.MapIdentity();
    app.MapPresence();
    app.MapChats();
    return app;
});

// Settings and the page stand beside the program, whatever folder it is started from.
static WebApplicationBuilder Prepare(string[] settings) =>
    WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = settings, ContentRootPath = AppContext.BaseDirectory });

static IBus BusOf(ClusterOptions cluster, PostgresAddress database, string epoch)
{
    if (cluster.RabbitMq is { } broker)
    {
        return new RabbitMqBus(broker, epoch);
    }

    var address = cluster.PostgresUrl is { } url ? PostgresUrl.Read(url, ClusterOptions.Setting) : database;
    return new PostgresBus(PostgresConnections.Bus(address), address.ToString(), epoch);
}
