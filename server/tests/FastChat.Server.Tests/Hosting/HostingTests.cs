using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FastChat.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FastChat.Server.Tests.Hosting;

public sealed class HostingTests : IAsyncLifetime
{
    private ServerFixture server = null!;

    public async ValueTask InitializeAsync() => server = await ServerFixture.StartAsync("--ALLOWED_ORIGINS", "https://ok.example");

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("GET", "/nowhere", 404, "NOT_FOUND")]
    [InlineData("GET", "/api/nowhere", 404, "NOT_FOUND")]
    [InlineData("GET", "/nowhere.html", 404, "NOT_FOUND")]
    [InlineData("PUT", "/api/me", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("TRACE", "/api/me", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("PATCH", "/api/me", 401, "UNAUTHORIZED")]
    [InlineData("POST", "/api/sessions", 415, "UNSUPPORTED_MEDIA_TYPE")]
    [InlineData("GET", "/api/bug", 500, "INTERNAL_ERROR")]
    public async Task Every_error_is_a_problem_document_with_all_headers(string method, string path, int status, string code)
    {
        using var answer = await SendAsync(method, path, ("Content-Type", "text/plain"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal((code, status), ((string?)JsonNode.Parse(text)!["code"], (int?)JsonNode.Parse(text)!["status"]));
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        AssertSecured(answer);
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
        Assert.Equal(status == 405, answer.Content.Headers.Allow.Count > 0);
        Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count > 0);
    }

    [Fact]
    public async Task A_database_that_is_away_is_503_and_not_ready()
    {
        using (var ready = await SendAsync("GET", "/health/ready"))
        {
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }

        server.DatabaseIsAway = true;
        using var answer = await SendAsync("GET", "/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("database", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var made = await PostAsync("/api/sessions", "{}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, made.StatusCode);
        Assert.Equal("1", Header(made, "Retry-After"));
        using var live = await SendAsync("GET", "/health/live");
        Assert.Equal("""{"status":"ok"}""", await live.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task GW6_once_it_is_to_stop_it_is_not_ready()
    {
        server.Services.GetRequiredService<Readiness>().StopServing();
        using var answer = await SendAsync("GET", "/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("stopping", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_checked_each_time_and_its_assets_never()
    {
        using var page = await SendAsync("GET", "/");
        Assert.Equal("text/html; charset=utf-8", Header(page, "Content-Type"));
        Assert.Equal("no-cache", Header(page, "Cache-Control"));
        Assert.Contains("script-src 'self';", Header(page, "Content-Security-Policy"), StringComparison.Ordinal);
        AssertSecured(page);
        using var worker = await SendAsync("GET", "/sw.js");
        Assert.Equal("no-cache", Header(worker, "Cache-Control"));
        using var asset = await SendAsync("GET", "/assets/app-1234.js");
        Assert.Equal("public, max-age=31536000, immutable", Header(asset, "Cache-Control"));
        using var same = await SendAsync("GET", "/", ("If-None-Match", Header(page, "ETag")));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        AssertSecured(same);
    }

    [Theory]
    [InlineData("gzip, deflate, br", "brotli", "br")]
    [InlineData("gzip", "gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip", "gzip")]
    [InlineData("identity", "script", "")]
    public async Task A_compressed_form_is_served_to_those_who_accept_it(string accepted, string body, string encoding)
    {
        using var answer = await SendAsync("GET", "/assets/app-1234.js", ("Accept-Encoding", accepted));
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal(encoding, Header(answer, "Content-Encoding"));
        Assert.Equal("text/javascript; charset=utf-8", Header(answer, "Content-Type"));
        Assert.Equal("Accept-Encoding", Header(answer, "Vary"));
    }

    [Theory]
    [InlineData("/assets/app-1234.js.br")]
    [InlineData("/assets/..%2f..%2f{0}")]
    [InlineData("/%2e%2e/{0}")]
    [InlineData("/..%5c{0}")]
    [InlineData("/assets/")]
    public async Task Nothing_outside_the_page_is_served(string path)
    {
        using var answer = await SendAsync("GET", path.Replace("{0}", "fastchat-page.secret.js", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Only_allowed_origins_are_told_that_they_may_read()
    {
        using var allowed = await SendAsync("OPTIONS", "/api/me", ("Origin", "https://ok.example"), ("Access-Control-Request-Method", "PATCH"));
        Assert.Equal("https://ok.example", Header(allowed, "Access-Control-Allow-Origin"));
        using var foreign = await SendAsync("OPTIONS", "/api/me", ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "PATCH"));
        Assert.Equal(string.Empty, Header(foreign, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_api_is_described_and_its_page_needs_no_unsafe_script()
    {
        using var document = await SendAsync("GET", "/openapi/v1.json");
        var paths = JsonNode.Parse(await document.Content.ReadAsStringAsync())!["paths"]!;
        Assert.NotNull(paths["/api/sessions"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!["display_name"]);
        using var page = await SendAsync("GET", "/docs/index.html");
        Assert.Contains("script-src 'self';", Header(page, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/index.html")]
    [InlineData("/openapi/v1.json")]
    public async Task SEC_the_documentation_can_be_taken_away(string path)
    {
        await using var quiet = await ServerFixture.StartAsync("--Docs:Enabled", "false");
        using var answer = await quiet.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task ID5_the_cookie_is_strict_lasting_and_for_its_path_only()
    {
        using var plain = await PostAsync("/api/sessions", "{}", ("X-Forwarded-Prefix", "/chat"));
        Assert.Matches("^fastchat_refresh=[A-Za-z0-9_-]{43}; expires=.*; max-age=34560000; path=/chat/api/sessions; samesite=strict; httponly$", Header(plain, "Set-Cookie"));
        using var secure = await PostAsync("/api/sessions", "{}", ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/chat"));
        Assert.Matches("^__Host-fastchat_refresh=.*; max-age=34560000; path=/; secure; samesite=strict; httponly$", Header(secure, "Set-Cookie"));
        using var inBody = await PostAsync("/api/sessions", """{"refresh":"body"}""");
        Assert.Equal(string.Empty, Header(inBody, "Set-Cookie"));
    }

    [Theory]
    [InlineData("", 200)]
    [InlineData("https://ok.example", 200)]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    public async Task ID5_a_call_with_the_cookie_comes_from_an_own_page_or_a_program(string origin, int status)
    {
        using var made = await PostAsync("/api/sessions", "{}");
        var cookie = Header(made, "Set-Cookie").Split(';')[0];
        (string, string)[] headers = origin.Length > 0 ? [("Cookie", cookie), ("Origin", origin)] : [("Cookie", cookie)];
        using var refreshed = await SendAsync("POST", "/api/sessions/refresh", headers);
        Assert.Equal(status, (int)refreshed.StatusCode);
        Assert.Equal(status == 200, Header(refreshed, "Set-Cookie").Length > 0);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, [("Content-Type", "application/json"), ("Body", json), .. headers]);

    private async Task<HttpResponseMessage> SendAsync(string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var body = headers.FirstOrDefault(header => header.Name == "Body").Value;
        if (body is not null || method is "PATCH" or "PUT" or "POST")
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body ?? string.Empty));
        }

        foreach (var (name, value) in headers.Where(header => header.Name != "Body"))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await server.Client.SendAsync(request);
    }

    private static void AssertSecured(HttpResponseMessage answer)
    {
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        Assert.Contains("frame-ancestors 'none'", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal(string.Empty, Header(answer, "Server"));
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : string.Empty;
}
