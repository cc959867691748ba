using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastChat.EndToEndTests.Security;

/// <summary>What every answer carries, whatever answers, and what no answer gives away.</summary>
public sealed class HeaderTests(OpenServer open)
{
    private static readonly string[] Telling = ["Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "Via", "X-Runtime"];

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task SEC_headers_are_on_every_answer_errors_files_and_refused_upgrades_too()
    {
        var ada = await Guest.CreateAsync(Server);
        var gone = await ada.OnAnotherDeviceAsync();
        var page = await Server.Api.GetAsync("/");
        var answers = new List<(int Due, ApiAnswer Answer)>
        {
            (200, await ada.Api.GetAsync("/api/me")),
            (200, page),
            (200, await Server.Api.GetAsync("/openapi/v1.json")),
            (200, await Server.Api.GetAsync("/docs/index.html")),
            (200, await Server.Api.GetAsync("/docs/swagger-ui.css")),
            (200, await Server.Api.GetAsync("/health/live")),
            (201, await Server.Api.PostAsync("/api/sessions", new { })),
            (204, await gone.Api.DeleteAsync("/api/sessions/current")),
            (400, await ada.Api.PatchAsync("/api/me", "{")),
            (401, await Server.Api.GetAsync("/api/me")),
            (403, await Server.Api.PostAsync("/api/sessions/refresh", new { }, ("Origin", "https://evil.example"), ("Cookie", "fastchat_refresh=x"))),
            (404, await Server.Api.GetAsync("/nothing.js")),
            (404, await ada.Api.GetAsync($"/api/chats/{Guest.NewId()}")),
            (405, await ada.Api.DeleteAsync("/api/me")),
            (413, await ada.Api.PostAsync("/api/chats", new string(' ', 70_000))),
            (415, await ada.Api.SendAsync(HttpMethod.Patch, "/api/me", ApiClient.Raw("{}"u8.ToArray(), "text/plain"))),
            (426, await Server.Api.GetAsync("/ws")),
        };
        if (page.Header("ETag") is { } tag)
        {
            answers.Add((304, await Server.Api.GetAsync("/", ("If-None-Match", tag))));
        }

        foreach (var (due, answer) in answers)
        {
            answer.Is(due);
            AssertSecured(answer.Request, answer.Header);
        }
    }

    [Theory]
    [InlineData(403, "Origin: https://evil.example")]
    [InlineData(426, "Sec-WebSocket-Version: 12")]
    public async Task SEC_a_refused_upgrade_has_them_too(int status, string header)
    {
        await using var refused = await RawSocket.TryConnectAsync(Server.Port, header);

        Assert.Equal(status, refused.Status);
        AssertSecured($"upgrade with {header}", refused.Headers.GetValueOrDefault);
        Assert.StartsWith("application/problem+json", refused.Headers["Content-Type"], StringComparison.Ordinal);
        if (status == 426)
        {
            Assert.Equal(("13", "websocket"), (refused.Headers["Sec-WebSocket-Version"], refused.Headers["Upgrade"]));
        }
    }

    /// <summary>What is no HTTP the web server itself refuses: nobody sees the headers, but there is nothing to protect either.</summary>
    [Theory]
    [InlineData("NONSENSE\r\n\r\n", 400)]
    [InlineData("GET /api/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /api/me HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n", 400)]
    [InlineData("GET /{9000} HTTP/1.1\r\nHost: a\r\n\r\n", 414)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: {40000}\r\n\r\n", 431)]
    [InlineData("POST /api/chats HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nxyz\r\n", 401)]
    public async Task SEC_what_the_web_server_refuses_is_empty_and_names_no_product(string request, int status)
    {
        var text = request.Replace("{9000}", new string('a', 9000), StringComparison.Ordinal).Replace("{40000}", new string('a', 40_000), StringComparison.Ordinal);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Server.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        using var patience = new CancellationTokenSource(Patience.Answer);
        using var reader = new StreamReader(client.GetStream());
        var line = await reader.ReadLineAsync(patience.Token);

        Assert.StartsWith($"HTTP/1.1 {status} ", line, StringComparison.Ordinal);
        while (await reader.ReadLineAsync(patience.Token) is { Length: > 0 } header)
        {
            Assert.DoesNotContain(header.Split(':')[0], Telling, StringComparer.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task SEC_the_page_runs_its_own_scripts_only_and_sits_in_nobodys_frame()
    {
        foreach (var path in new[] { "/", "/docs/index.html" })
        {
            var answer = await Server.Api.GetAsync(path);
            if (answer.Header("Content-Type")?.StartsWith("text/html", StringComparison.Ordinal) != true)
            {
                // A tree whose page was not built: the sentence that says so is no page.
                continue;
            }

            var policy = answer.Header("Content-Security-Policy")!.Split(';', StringSplitOptions.TrimEntries)
                .ToDictionary(rule => rule.Split(' ')[0], rule => rule.Split(' ')[1..], StringComparer.Ordinal);
            Assert.Equal(["'self'"], policy["script-src"]);
            Assert.Equal(["'none'"], policy["frame-ancestors"]);
            Assert.DoesNotContain(policy.Where(rule => rule.Key != "style-src").SelectMany(rule => rule.Value), source => source.Contains("unsafe", StringComparison.Ordinal));
            Assert.DoesNotContain(policy.Values.SelectMany(sources => sources), source => source is "*" or "http:" or "https:" or "ws:" or "wss:");
            Assert.Equal(["'none'"], policy["base-uri"]);
            Assert.Equal(["'none'"], policy["object-src"]);
            Assert.True(policy.ContainsKey("default-src"), answer.Header("Content-Security-Policy"));
        }
    }

    [Fact]
    public async Task SEC_over_https_browsers_are_told_to_stay_there()
    {
        var secure = await Server.Api.GetAsync("/api/me", ("X-Forwarded-Proto", "https"));
        var plain = await Server.Api.GetAsync("/api/me");

        Assert.Equal("max-age=31536000", secure.Header("Strict-Transport-Security"));
        Assert.Null(plain.Header("Strict-Transport-Security"));
    }

    [Fact]
    public async Task SEC_no_origin_is_told_that_it_may_read_where_none_was_allowed()
    {
        var ada = await Guest.CreateAsync(Server);
        foreach (var origin in new[] { "https://evil.example", "null", $"http://127.0.0.1:{Server.Port}", "http://localhost" })
        {
            var answer = await ada.Api.GetAsync("/api/me", ("Origin", origin));
            var preflight = await Server.Api.SendAsync(HttpMethod.Options, "/api/me", content: null, ("Origin", origin),
                ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "authorization"));
            Assert.DoesNotContain(answer.Headers.Keys.Concat(preflight.Headers.Keys), name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }
    }

    private static void AssertSecured(string request, Func<string, string?> header)
    {
        void Is(string name, string value) => Assert.True(header(name) == value, $"{request}: {name} should be {value}, it is {header(name)}");
        Is("X-Content-Type-Options", "nosniff");
        Is("Referrer-Policy", "no-referrer");
        Is("Cross-Origin-Opener-Policy", "same-origin");
        Is("Cross-Origin-Resource-Policy", "same-origin");
        Assert.Contains("frame-ancestors 'none'", header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain(Telling, name => header(name) is not null);
    }
}
