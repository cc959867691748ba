using System.Text.RegularExpressions;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>What nginx makes of files, headers and limits, at <c>/</c> and under a prefix.</summary>
[Trait("Database", "Own")]
public sealed partial class NginxFileTests : IAsyncLifetime
{
    private static readonly string[] OnceEach =
    [
        "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Content-Security-Policy", "Cache-Control",
    ];

    private ServerProcess node = null!;
    private ServerProcess prefixed = null!;

    public async ValueTask InitializeAsync()
    {
        node = await ServerProcess.StartAsync();
        prefixed = await ServerProcess.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH_BASE"] = "/chat" });
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await prefixed.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/chat")]
    public async Task NGINX_files_with_a_hash_are_kept_for_a_year_the_page_is_not_and_no_header_is_there_twice(string prefix)
    {
        await using var nginx = await Nginx.StartAsync([prefix.Length == 0 ? node.Port : prefixed.Port], prefix);
        var site = new ApiClient(new Uri($"http://127.0.0.1:{nginx.Port}{prefix}/"));
        var page = (await site.GetAsync("")).Is(200);
        var name = Asset().Match(page.Text).Value;
        Assert.NotEmpty(name);
        var script = (await site.GetAsync(name)).Is(200);

        Assert.Equal("no-cache", page.Header("Cache-Control"));
        Assert.Equal("public, max-age=31536000, immutable", script.Header("Cache-Control"));
        Assert.Equal("text/javascript; charset=utf-8", script.Header("Content-Type"));
        Assert.Contains("script-src 'self'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        var answers = new[]
        {
            page, script, (await site.GetAsync("api/me")).IsProblem(401, "UNAUTHORIZED"), (await site.GetAsync("assets/none.js")).Is(404),
            (await site.GetAsync("sw.js")).Is(200), (await site.GetAsync("docs/index.html")).Is(200), (await site.GetAsync("openapi/v1.json")).Is(200),
            (await site.GetAsync("health/ready")).Is(200),
        };
        foreach (var answer in answers)
        {
            Assert.All(OnceEach.Where(header => header is not "Cache-Control"), header => Assert.True(answer.Headers[header].Length == 1, $"{answer.Request}: {header}"));
            Assert.True(!answer.Headers.TryGetValue("Cache-Control", out var cached) || cached.Length == 1, answer.Request);
            Assert.DoesNotContain("/", answer.Header("Server") ?? "nginx", StringComparison.Ordinal);
        }

        (await site.GetAsync($"{name}.br")).Is(404);
        Assert.Equal(await CompressedAsync(nginx, site, name), await CompressedAsync(nginx, site, ""));
        if (prefix.Length > 0)
        {
            Assert.Equal(("/chat/", 301), ((await site.GetAsync("/chat")).Header("Location"), (await site.GetAsync("/chat")).Status));
            Assert.Contains("path=/chat/api/sessions", (await site.PostAsync("api/sessions", new { })).Cookies.Single(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task NGINX_a_file_that_it_does_not_have_comes_from_a_node_that_has_it()
    {
        await using var older = new RecordingNode(null);
        await using var nginx = await Nginx.StartAsync([node.Port], "", ("fastchat/locations.conf", "wwwroot/assets/;", "wwwroot/none/;"));
        var site = new ApiClient(new Uri($"http://127.0.0.1:{nginx.Port}/"));
        var name = Asset().Match((await site.GetAsync("")).Text).Value;

        var script = (await site.GetAsync(name, ("Accept-Encoding", "br"))).Is(200);
        Assert.Equal(("br", "public, max-age=31536000, immutable"), (script.Header("Content-Encoding"), script.Header("Cache-Control")));
        Assert.Single(script.Headers["Content-Security-Policy"]);
    }

    [Fact]
    public async Task NGINX_an_address_that_asks_too_often_is_told_as_a_node_would_tell_it()
    {
        await using var nginx = await Nginx.StartAsync([node.Port], "",
            ("fastchat/http.conf", "rate=5000r/s", "rate=1r/s"), ("fastchat/locations.conf", "burst=20000", "burst=2"),
            ("fastchat/locations.conf", "fastchat_sockets_of 12000", "fastchat_sockets_of 1"));
        var site = new ApiClient(new Uri($"http://127.0.0.1:{nginx.Port}/"));
        var ada = await Visitor.ArriveAsync(site.Root);
        var answers = new List<ApiAnswer>();
        for (var call = 0; call < 8; call++)
        {
            answers.Add(await ada.Api.GetAsync("api/me"));
        }

        var refused = answers.First(answer => answer.Status == 429).IsProblem(429, "RATE_LIMITED");
        Assert.Equal(("1", 1000), (refused.Header("Retry-After"), refused.Json.Number("retry_after_ms")));
        Assert.Contains(answers, answer => answer.Status == 200);
        await using var first = await ada.ConnectAsync();
        await using var second = await RawSocket.TryConnectAsync(nginx.Port);
        Assert.Equal(429, second.Status);
        (await site.GetAsync("health/live")).Is(200);
    }

    /// <summary>How a file comes to those who take Brotli and gzip, and to those who take gzip only.</summary>
    private static async Task<(string?, string?, string?)> CompressedAsync(Nginx nginx, ApiClient site, string path)
    {
        var best = await site.GetAsync(path, ("Accept-Encoding", "gzip, br"));
        var older = await site.GetAsync(path, ("Accept-Encoding", "gzip"));
        var plain = await site.GetAsync(path);
        Assert.Equal((Nginx.HasBrotli ? "br" : best.Header("Content-Encoding"), "gzip", null),
            (best.Header("Content-Encoding"), older.Header("Content-Encoding"), plain.Header("Content-Encoding")));
        Assert.All(new[] { best, older }, answer => Assert.Contains("Accept-Encoding", answer.Header("Vary"), StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("emerg", nginx.Log, StringComparison.Ordinal);
        return (best.Header("Content-Encoding"), older.Header("Content-Encoding"), plain.Header("Content-Encoding"));
    }

    [GeneratedRegex(@"assets/[\w-]+\.js", RegexOptions.None, 1000)]
    private static partial Regex Asset();
}
