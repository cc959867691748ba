using System.Net;
using FastChat.Server.Hosting;
using Xunit;

namespace FastChat.Server.Tests.Hosting;

public sealed class PublicAddressTests
{
    [Fact]
    public async Task ID5_under_a_path_prefix_everything_is_reached_and_the_cookie_is_kept_to_it()
    {
        await using var server = await ServerFixture.StartAsync("--PATH_BASE", "/chat/");
        Assert.Equal("<!doctype html>", await server.Client.GetStringAsync("/chat/"));
        Assert.Equal("script", await server.Client.GetStringAsync("/chat/assets/app-1234.js"));
        Assert.Contains("ok", await server.Client.GetStringAsync("/chat/health/ready"), StringComparison.Ordinal);
        Assert.Contains("ok", await server.Client.GetStringAsync("/health/ready"), StringComparison.Ordinal);
        using var bare = await server.Client.GetAsync("/chat?x=1");
        Assert.Equal((HttpStatusCode.PermanentRedirect, "/chat/?x=1"), (bare.StatusCode, bare.Headers.Location?.OriginalString));
        using var made = await server.Client.PostAsync("/chat/api/sessions", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("no-store", made.Headers.CacheControl?.ToString());
        Assert.Contains("path=/chat/api/sessions", made.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
        using var other = await server.Client.GetAsync("/chatter/api/me");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task SEC_with_a_CDN_the_page_and_its_policy_name_it_and_the_files_may_be_read_from_there()
    {
        await using var server = await ServerFixture.StartWithAsync(
            """<script src="./assets/app-1234.js"></script><link href="./icon.svg">""", "--ASSETS_URL", "https://cdn.example:8443/f");
        using var page = await server.Client.GetAsync("/");
        Assert.Equal(
            """<script src="https://cdn.example:8443/f/assets/app-1234.js"></script><link href="./icon.svg">""", await page.Content.ReadAsStringAsync());
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self' https://cdn.example:8443;", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' https://cdn.example:8443;", policy, StringComparison.Ordinal);
        Assert.Equal(("no-cache", "text/html"), (page.Headers.CacheControl?.ToString(), page.Content.Headers.ContentType?.MediaType));
        using var known = new HttpRequestMessage(HttpMethod.Get, "/");
        known.Headers.IfNoneMatch.Add(page.Headers.ETag!);
        using var same = await server.Client.SendAsync(known);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        using var script = await server.Client.GetAsync("/assets/app-1234.js");
        Assert.Equal("*", script.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("cross-origin", script.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        using var worker = await server.Client.GetAsync("/sw.js");
        Assert.Equal(policy, worker.Headers.GetValues("Content-Security-Policy").Single());
        Assert.False(worker.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/", "")]
    [InlineData("/chat", "/chat")]
    [InlineData("/a/b.c-d_e~1/", "/a/b.c-d_e~1")]
    [InlineData("chat", null)]
    [InlineData("/a//b", null)]
    [InlineData("/a/../b", null)]
    [InlineData("/a b", null)]
    [InlineData("/%41", null)]
    public void A_path_prefix_is_read_or_refused(string given, string? path) => Assert.Equal(path, PublicAddress.ReadPathBase(given));

    [Theory]
    [InlineData("", "")]
    [InlineData("https://cdn.example", "https://cdn.example/")]
    [InlineData("http://127.0.0.1:8000/f/", "http://127.0.0.1:8000/f/")]
    [InlineData("cdn.example/f", null)]
    [InlineData("ftp://cdn.example/", null)]
    [InlineData("https://cdn.example/;script-src *", null)]
    [InlineData("https://cdn.example/\"><script>", null)]
    [InlineData("https://user@cdn.example/", null)]
    [InlineData("https://cdn.example/?x", null)]
    public void The_address_of_a_CDN_is_read_or_refused(string given, string? address) => Assert.Equal(address, PublicAddress.ReadAssetsUrl(given));

    [Fact]
    public void What_can_t_be_used_is_said_in_a_sentence() => Assert.Equal(
        ["PATH_BASE: `chat` is no path; write /chat.", "ASSETS_URL: `cdn` is no address of a folder; write https://cdn.example.org/fastchat/."],
        PublicAddress.Check(new HostingOptions { PathBase = "chat", AssetsUrl = "cdn" }));
}
