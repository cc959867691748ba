using System.Text.RegularExpressions;

namespace FastChat.EndToEndTests.Rest;

/// <summary>Health, the API's description and its page, metrics.</summary>
public sealed partial class OperationsTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task REST_the_health_calls_answer_without_a_token()
    {
        (await Server.Api.GetAsync("/health/live")).Is(200);
        (await Server.Api.GetAsync("/health/ready")).Is(200);
    }

    [Fact]
    public async Task REST_the_openapi_document_names_every_call()
    {
        var paths = (await Server.Api.GetAsync("/openapi/v1.json")).Is(200).Json.Child("paths");

        foreach (var (path, methods) in new (string, string[])[]
        {
            ("/api/sessions", ["get", "post"]),
            ("/api/sessions/link", ["post"]),
            ("/api/sessions/refresh", ["post"]),
            ("/api/sessions/{}", ["delete"]),
            ("/api/sessions/current", ["delete"]),
            ("/api/me", ["get", "patch"]),
            ("/api/presence/heartbeat", ["post"]),
            ("/api/presence/online", ["get"]),
            ("/api/chats", ["get", "post"]),
            ("/api/chats/{}", ["get"]),
            ("/api/chats/{}/messages", ["get", "post"]),
            ("/api/chats/{}/changes", ["get"]),
            ("/api/sync", ["post"]),
        })
        {
            var described = paths.FirstOrDefault(entry => Placeholder().Replace(entry.Key, "{}") == path).Value;
            Assert.True(described is not null, $"{path} is not described.");
            Assert.All(methods, method => Assert.True(described!.Has(method), $"{method} {path} is not described."));
        }
    }

    [Fact]
    public async Task REST_the_page_to_try_the_api_has_a_policy_without_unsafe_scripts()
    {
        var answer = await Server.Api.GetAsync("/docs");
        for (var hop = 0; hop < 3 && answer.Status is 301 or 302 or 307 or 308; hop++)
        {
            answer = await Server.Api.GetAsync(new Uri(new Uri(Server.Root, "/docs"), answer.Header("Location")!).PathAndQuery);
        }

        Assert.StartsWith("text/html", answer.Is(200).Header("Content-Type"), StringComparison.Ordinal);
        AssertPolicy(answer);
    }

    [Fact]
    public async Task REST_the_page_itself_has_a_policy_too()
    {
        var page = await Server.Api.GetAsync("/");
        Assert.SkipUnless(page.Header("Content-Type")?.StartsWith("text/html", StringComparison.Ordinal) == true, "This server was published without the page.");

        AssertPolicy(page.Is(200));
    }

    [Fact]
    public async Task REST_metrics_are_not_where_everybody_could_read_them() => (await Server.Api.GetAsync("/metrics")).Is(404);

    private static void AssertPolicy(ApiAnswer answer)
    {
        var policy = (answer.Header("Content-Security-Policy") ?? "").Split(';', StringSplitOptions.TrimEntries)
            .Select(directive => directive.Split(' ', 2)).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.Ordinal);
        Assert.True(policy.ContainsKey("script-src"), "script-src is missing");
        Assert.True(policy.ContainsKey("frame-ancestors"), "frame-ancestors is missing");
        Assert.DoesNotContain("unsafe-", policy["script-src"], StringComparison.Ordinal);
        Assert.DoesNotContain("*", policy["script-src"].Split(' '));
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
