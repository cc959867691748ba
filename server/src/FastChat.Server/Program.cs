using FastChat.Server.Chats;
using FastChat.Server.Cluster.RabbitMq;
using FastChat.Server.Gateway;
using FastChat.Server.Hosting;
using FastChat.Server.Identity;
using FastChat.Server.Management;
using FastChat.Server.Operations;
using FastChat.Server.Presence;
using FastChat.Server.Storage.Postgres;
using FastChat.Server.Storage.Sqlite;

if (!CommandLine.IsServing(args))
{
    var verbs = new CommandLine(
        given => Prepare(given).Configuration,
        given => Startup.FindFaults(Prepare(given), AddRooms),
        storage => storage.Postgres is { } server ? new PostgresAdministration(server) : new SqliteAdministration(storage.SqlitePath!),
        broker => new RabbitMqBus(broker, $"doctor-{Guid.CreateVersion7():N}"),
        Startup.Output,
        Startup.Errors,
        TimeProvider.System);
    return await verbs.RunAsync(args);
}

return await Startup.RunAsync(async () =>
{
    var builder = Prepare(args);
    AddRooms(builder);
    AddDatabase(builder);
    var app = builder.Build();

    // Checks all settings first: a wrong one stops the start before the database is touched.
    app.UseManagement();
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
