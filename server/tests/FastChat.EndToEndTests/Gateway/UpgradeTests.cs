namespace FastChat.EndToEndTests.Gateway;

/// <summary>The door of /ws: origins, the subprotocol, what is no upgrade.</summary>
public sealed class UpgradeTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("http://evil.example:PORT")]
    [InlineData("http://127.0.0.1:PORT.evil.example")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://127.0.0.1")]
    [InlineData("nonsense")]
    public async Task GW1_a_foreign_origin_is_refused_before_the_upgrade(string origin)
    {
        await using var socket = await RawSocket.TryConnectAsync(Server.Port, $"Origin: {origin.Replace("PORT", $"{Server.Port}", StringComparison.Ordinal)}");

        Assert.Equal(403, socket.Status);
    }

    [Fact]
    public async Task GW1_the_pages_own_origin_and_a_program_without_one_are_let_in()
    {
        await using var own = await RawSocket.TryConnectAsync(Server.Port, $"Origin: http://127.0.0.1:{Server.Port}");
        await using var proxied = await RawSocket.TryConnectAsync(Server.Port, "Host: chat.example", "X-Forwarded-Proto: https", "Origin: https://chat.example");
        await using var program = await RawSocket.TryConnectAsync(Server.Port);

        Assert.Equal((101, 101, 101), (own.Status, proxied.Status, program.Status));
    }

    [Fact]
    public async Task GW1_an_allowed_origin_is_let_in_and_may_call_the_api()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ALLOWED_ORIGINS"] = "https://one.example, https://two.example:8443",
        });
        foreach (var (origin, status) in new[]
        {
            ("https://one.example", 101), ("https://two.example:8443", 101), ("https://two.example", 403),
            ("http://one.example", 403), ("https://sub.one.example", 403), ($"http://127.0.0.1:{server.Port}", 101),
        })
        {
            await using var socket = await RawSocket.TryConnectAsync(server.Port, $"Origin: {origin}");
            Assert.True(status == socket.Status, $"{origin}: {socket.Status}");
        }

        var allowed = await server.Api.GetAsync("/api/me", ("Origin", "https://one.example"));
        var foreign = await server.Api.GetAsync("/api/me", ("Origin", "https://evil.example"));
        var preflight = await server.Api.SendAsync(HttpMethod.Options, "/api/me", content: null, ("Origin", "https://one.example"),
            ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "authorization,content-type"));
        Assert.Equal("https://one.example", allowed.Header("Access-Control-Allow-Origin"));
        Assert.Null(foreign.Header("Access-Control-Allow-Origin"));
        Assert.InRange(preflight.Status, 200, 204);
        Assert.Equal("https://one.example", preflight.Header("Access-Control-Allow-Origin"));
        Assert.Contains("PATCH", preflight.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("authorization", preflight.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("fastchat.v1", "fastchat.v1")]
    [InlineData("other, fastchat.v1", "fastchat.v1")]
    [InlineData("fastchat.v1, other", "fastchat.v1")]
    [InlineData("other", null)]
    [InlineData(null, null)]
    public async Task WS_the_subprotocol_is_selected_where_it_is_offered(string? offered, string? selected)
    {
        await using var socket = await RawSocket.ConnectAsync(Server.Port, offered is null ? [] : [$"Sec-WebSocket-Protocol: {offered}"]);

        Assert.Equal(selected, socket.Headers.GetValueOrDefault("Sec-WebSocket-Protocol"));
    }

    [Fact]
    public async Task WS_a_request_that_is_no_upgrade_is_refused_without_harm()
    {
        Assert.InRange((await Server.Api.GetAsync("/ws")).Status, 400, 499);
        Assert.InRange((await Server.Api.PostAsync("/ws", new { })).Status, 400, 499);
    }
}
