using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>What reaches a node through nginx, how often, and what TLS adds.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class NginxForwardingTests
{
    private static readonly (string, string)[] Forged =
    [
        ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Port", "1"),
        ("X-Forwarded-Prefix", "/evil"), ("X-Forwarded-Server", "evil.example"), ("X-Real-IP", "203.0.113.7"), ("X-Original-For", "203.0.113.7"),
        ("X-Original-Host", "evil.example"), ("X-Original-Proto", "https"), ("X-Original-Prefix", "/evil"), ("Forwarded", "for=203.0.113.7;proto=https"),
    ];

    [Theory]
    [InlineData("")]
    [InlineData("api/me")]
    [InlineData("ws")]
    [InlineData("assets/none.js")]
    public async Task ATTACK_forwarded_headers_of_a_client_never_reach_a_node(string path)
    {
        await using var node = new RecordingNode("hello");
        await using var nginx = await Nginx.StartAsync([node.Port]);
        await new ApiClient(new Uri($"http://127.0.0.1:{nginx.Port}/")).GetAsync(path, Forged);

        var head = Assert.Single(node.Heads);
        var told = head.Split("\r\n")[1..].Where(line => line.StartsWith("X-", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Forwarded", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(["X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http"], told.Order(StringComparer.Ordinal));
        Assert.Contains($"Host: 127.0.0.1:{nginx.Port}\r\n", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", 1)]
    [InlineData("PATCH", 1)]
    [InlineData("GET", 2)]
    public async Task NGINX_a_call_that_changes_something_is_not_repeated_when_a_node_dies_over_it(string method, int requests)
    {
        await using var dying = new RecordingNode(null);
        await using var other = new RecordingNode(null);
        await using var nginx = await Nginx.StartAsync([dying.Port, other.Port]);
        var site = new ApiClient(new Uri($"http://127.0.0.1:{nginx.Port}/"));

        var answer = await site.SendAsync(new HttpMethod(method), "api/me", method == "GET" ? null : ApiClient.JsonBody("{}"));
        answer.IsProblem(503, "UNAVAILABLE");
        Assert.Equal("1", answer.Header("Retry-After"));
        Assert.Equal(requests, dying.Heads.Count + other.Heads.Count);
    }

    [Fact]
    public async Task NGINX_a_node_that_is_gone_is_passed_over_for_every_call()
    {
        await using var there = new RecordingNode("hello");
        await using var nginx = await Nginx.StartAsync([FreePort.Next(), there.Port]);
        var site = new ApiClient(new Uri($"http://127.0.0.1:{nginx.Port}/"));
        for (var call = 0; call < 6; call++)
        {
            (await site.PostAsync("api/me", "{}")).Is(200);
        }

        Assert.Equal(6, there.Heads.Count);
    }

    [Fact]
    public async Task NGINX_with_TLS_plain_http_leads_there_the_cookie_is_the_hosts_and_browsers_are_told_once_to_stay()
    {
        await using var node = await ServerProcess.StartAsync();
        var (certificate, key) = MakeCertificate();
        await using var nginx = await Nginx.StartSecureAsync([node.Port], certificate, key);
        var plain = await new ApiClient(new Uri($"http://127.0.0.1:{nginx.Port}/")).GetAsync("/some/path?x=1", ("Host", "localhost"));
        Assert.Equal((301, "https://localhost/some/path?x=1"), (plain.Status, plain.Header("Location")));

        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Subject == "CN=localhost";
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{nginx.SecurePort}/"), DefaultRequestVersion = HttpVersion.Version20 };
        foreach (var path in new[] { "", "api/me", "sw.js" })
        {
            using var answer = await http.GetAsync(path);
            Assert.Equal(HttpVersion.Version20, answer.Version);
            Assert.Equal(["max-age=31536000"], answer.Headers.GetValues("Strict-Transport-Security"));
        }

        using var body = ApiClient.JsonBody("{}");
        using var made = await http.PostAsync("api/sessions", body);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.StartsWith("__Host-fastchat_refresh=", made.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    private static (string Certificate, string Key) MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
