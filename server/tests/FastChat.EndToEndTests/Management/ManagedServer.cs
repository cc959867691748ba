using System.Globalization;

namespace FastChat.EndToEndTests.Management;

/// <summary>A server with a management port, shared by the tests of it, and with a message that has gone its way.</summary>
public sealed class ManagedServer : IAsyncLifetime
{
    private readonly int port = FreePort.Next();
    private ServerProcess? server;

    public ServerProcess Server => server ?? throw new InvalidOperationException("The server has not been started.");

    /// <summary>Calls to the management port.</summary>
    public HttpClient Management { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    public async ValueTask InitializeAsync()
    {
        Management.BaseAddress = new Uri(Url);
        server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("MANAGEMENT_URL", Url)));
        await TalkAsync(server);
    }

    public async ValueTask DisposeAsync()
    {
        Management.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>One message over sockets, with an acknowledgement, a delivery, and a refusal.</summary>
    public static async Task TalkAsync(ServerProcess server)
    {
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "hello" }, "MSG_ACK");
        await theirs.ExpectAsync("MSG");
        await mine.RefusedAsync(new { type = "NONSENSE" }, "UNKNOWN_TYPE");
        (await server.Api.GetAsync("/api/me")).Is(401);
    }

    /// <summary>Everything that a scrape has.</summary>
    public async Task<IReadOnlyDictionary<string, MetricFamily>> ScrapeAsync()
    {
        using var answer = await Management.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        return OpenMetricsText.Parse(await answer.Content.ReadAsStringAsync());
    }
}

/// <summary>Its tests share it, one after the other: they look at how its numbers change.</summary>
[CollectionDefinition(Name)]
public sealed class OneManagedServer : ICollectionFixture<ManagedServer>
{
    public const string Name = "management";
}
