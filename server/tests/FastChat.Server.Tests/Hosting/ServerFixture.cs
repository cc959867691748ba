using FastChat.Server.Cluster;
using FastChat.Server.Hosting;
using FastChat.Server.Identity;
using FastChat.Server.Storage;
using FastChat.Server.Tests.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FastChat.Server.Tests.Hosting;

/// <summary>A real Kestrel with the host, identity and a page of a few files, on a free port.</summary>
public sealed class ServerFixture : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string folder;
    private readonly MemoryDatabase database = new();

    private ServerFixture(string folder, string[] settings)
    {
        this.folder = folder;
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0", "--webroot", folder, .. settings]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IDatabase>(database);
        builder.AddCluster();
        builder.AddIdentity();
        builder.AddHosting();
        app = builder.Build();
        app.UseHosting();
        app.UseCalls();
        app.MapHosting();
        app.MapIdentity();
        app.MapGet("/api/bug", IResult (HttpContext _) => throw new InvalidOperationException("a secret"));
    }

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => app.Services;

    public bool DatabaseIsAway
    {
        set => database.IsAway = value;
    }

    public static Task<ServerFixture> StartAsync(params string[] settings) => StartWithAsync("<!doctype html>", settings);

    public static async Task<ServerFixture> StartWithAsync(string page, params string[] settings)
    {
        var root = Directory.CreateTempSubdirectory("fastchat-page-").FullName;
        Directory.CreateDirectory(Path.Combine(root, "assets"));
        await File.WriteAllTextAsync(Path.Combine(root, "index.html"), page);
        await File.WriteAllTextAsync(Path.Combine(root, "sw.js"), "worker");
        await File.WriteAllTextAsync(Path.Combine(root, "assets", "app-1234.js"), "script");
        await File.WriteAllTextAsync(Path.Combine(root, "assets", "app-1234.js.br"), "brotli");
        await File.WriteAllTextAsync(Path.Combine(root, "assets", "app-1234.js.gz"), "gzip");
        await File.WriteAllTextAsync(root + ".secret.js", "outside");

        var server = new ServerFixture(root, settings);
        await server.app.Services.InitializeIdentityAsync(CancellationToken.None);
        await server.app.StartAsync();
        server.Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(server.app.Urls.First()),
            Timeout = Patience.For(60),
        };
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        database.Dispose();
        Directory.Delete(folder, recursive: true);
        File.Delete(folder + ".secret.js");
    }
}
