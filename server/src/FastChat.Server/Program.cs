using FastChat.Server.Blocks;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
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
    builder.AddCluster();
    builder.AddIdentity();
    builder.AddBlocks();
    builder.AddPresence();
    builder.AddChats();
    builder.AddGateway();
    var storage = StorageOptions.From(builder.Configuration);
    if (storage.Postgres is { } address)
    {
        builder.AddPostgres(address);
    }
    else
    {
        builder.AddSqlite(storage.SqlitePath!);
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
