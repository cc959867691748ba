namespace FastChat.EndToEndTests.Identity;

public sealed class CookieTests(OpenServer open)
{
    private const int FourHundredDays = 400 * 24 * 3600;

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task ID5_over_http_the_cookie_is_persistent_and_confined_to_the_sessions_path()
    {
        var answer = (await Server.Api.PostAsync("/api/sessions", new { })).Is(201);

        AssertCookie(answer, "fastchat_refresh", "/api/sessions", secure: false);
        Assert.False(answer.Json.Has("refresh_token"));
    }

    [Fact]
    public async Task ID5_a_program_gets_the_token_in_the_body_and_no_cookie()
    {
        var answer = (await Server.Api.PostAsync("/api/sessions", new { refresh = "body" })).Is(201);

        Assert.NotEmpty(answer.Json.Text("refresh_token"));
        Assert.Empty(answer.Cookies);
    }

    [Fact]
    public async Task ID5_each_refresh_renews_the_cookie()
    {
        var cookie = Pair((await Server.Api.PostAsync("/api/sessions", new { })).Is(201));

        var answer = (await Server.Api.SendAsync(HttpMethod.Post, "/api/sessions/refresh", content: null, ("Cookie", cookie))).Is(200);

        answer.Json.AssertMembers("access_token", "expires_in");
        AssertCookie(answer, "fastchat_refresh", "/api/sessions", secure: false);
        Assert.NotEqual(cookie, Pair(answer));
        (await Server.Api.PostAsync("/api/sessions/refresh", new { }, ("Cookie", Pair(answer)))).Is(200);
    }

    [Fact]
    public async Task ID5_under_https_the_cookie_is_a_host_cookie()
    {
        var answer = (await Server.Api.PostAsync("/api/sessions", new { }, ("X-Forwarded-Proto", "https"))).Is(201);
        AssertCookie(answer, "__Host-fastchat_refresh", "/", secure: true);

        var next = (await Server.Api.PostAsync("/api/sessions/refresh", new { }, ("X-Forwarded-Proto", "https"), ("Cookie", Pair(answer)))).Is(200);
        AssertCookie(next, "__Host-fastchat_refresh", "/", secure: true);
    }

    [Fact]
    public async Task ID5_behind_a_path_prefix_the_cookie_goes_to_the_prefixed_path()
    {
        var answer = (await Server.Api.PostAsync("/api/sessions", new { }, ("X-Forwarded-Prefix", "/chat"))).Is(201);

        AssertCookie(answer, "fastchat_refresh", "/chat/api/sessions", secure: false);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    public async Task ID5_another_sites_page_cannot_use_the_cookie(string origin)
    {
        var cookie = Pair((await Server.Api.PostAsync("/api/sessions", new { })).Is(201));

        (await Server.Api.PostAsync("/api/sessions/refresh", new { }, ("Cookie", cookie), ("Origin", origin))).IsProblem(403, "FORBIDDEN");
        (await Server.Api.PostAsync("/api/sessions/refresh", new { }, ("Cookie", cookie))).Is(200);
    }

    [Fact]
    public async Task ID5_the_pages_own_origin_may_use_the_cookie()
    {
        var cookie = Pair((await Server.Api.PostAsync("/api/sessions", new { })).Is(201));
        var own = Server.Root.GetLeftPart(UriPartial.Authority);

        (await Server.Api.PostAsync("/api/sessions/refresh", new { }, ("Cookie", cookie), ("Origin", own))).Is(200);
    }

    [Fact]
    public async Task ID5_a_cookie_that_is_none_is_401() =>
        (await Server.Api.PostAsync("/api/sessions/refresh", new { }, ("Cookie", "fastchat_refresh=nonsense"))).IsProblem(401, "UNAUTHORIZED");

    private static string Pair(ApiAnswer answer) => Assert.Single(answer.Cookies).Split(';')[0];

    private static void AssertCookie(ApiAnswer answer, string name, string path, bool secure)
    {
        var parts = Assert.Single(answer.Cookies).Split(';', StringSplitOptions.TrimEntries);
        var attributes = parts.Skip(1).Select(part => part.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.OrdinalIgnoreCase);
        Assert.StartsWith(name + "=", parts[0], StringComparison.Ordinal);
        Assert.True(parts[0].Length > name.Length + 20, "A refresh token is not guessable.");
        Assert.Equal(path, attributes["path"]);
        Assert.Contains("httponly", attributes.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.Equal("strict", attributes["samesite"], ignoreCase: true);
        Assert.Equal(secure, attributes.ContainsKey("secure"));
        Assert.DoesNotContain("domain", attributes.Keys, StringComparer.OrdinalIgnoreCase);
        AssertPersistent(attributes);
    }

    private static void AssertPersistent(Dictionary<string, string> attributes)
    {
        var seconds = attributes.TryGetValue("max-age", out var age)
            ? double.Parse(age, System.Globalization.CultureInfo.InvariantCulture)
            : (DateTimeOffset.Parse(attributes["expires"], System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.UtcNow).TotalSeconds;
        Assert.InRange(seconds, FourHundredDays - 60, FourHundredDays + 60);
    }
}
