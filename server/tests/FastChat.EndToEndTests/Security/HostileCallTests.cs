using System.IO.Compression;
using System.Text;

namespace FastChat.EndToEndTests.Security;

/// <summary>Calls that are bombs, or that look for files: refused at once, and never with a 500.</summary>
public sealed class HostileCallTests(OpenServer open)
{
    private static readonly string[] Bodies =
    [
        "{}", "[]", "{", "null", "{\"user_id\":{}}", "{\"display_name\":[[[[[[[[]]]]]]]]}", "{\"content\":\"\\ud800\",\"message_id\":\"x\"}",
        "{\"revs\":{\"a\":{}}}", "{\"refresh_token\":[]}", "{\"link_token\":{}}", "{\"refresh\":5}", "{\"cursor\":{}}", "{\"epoch\":[]}", "\u0000",
        "{\"message_id\":\"" + new string('0', 36) + "\",\"content\":{}}",
    ];

    /// <summary>Deep, or of many members, as far as a body may be long.</summary>
    private static readonly string[] Bombs =
    [
        new string('[', 65_000), "{\"x\":" + new string('[', 65_000), "{\"revs\":" + string.Concat(Enumerable.Repeat("{\"a\":", 13_000)),
        "{" + string.Join(',', Enumerable.Range(0, 7_000).Select(number => $"\"{number}\":1")) + "}",
        "{\"display_name\":\"" + new string('e', 1000) + string.Concat(Enumerable.Repeat("\u0301", 30_000)) + "\"}",
        "{\"x\":" + new string('9', 65_000) + "}", "{\"x\":\"" + string.Concat(Enumerable.Repeat("\\u0041", 10_000)) + "\"}",
    ];

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task REST_hostile_bodies_are_refused_and_never_500()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        string[] posts = ["/api/sessions", "/api/sessions/link", "/api/sessions/refresh", "/api/presence/heartbeat", "/api/chats", $"/api/chats/{chat}/messages", "/api/sync"];
        foreach (var body in Bodies.Concat(Bombs))
        {
            foreach (var path in posts)
            {
                Assert.InRange((await ada.Api.PostAsync(path, body)).Status, 200, 499);
            }

            Assert.InRange((await ada.Api.PatchAsync("/api/me", body)).Status, 400, 499);
        }
    }

    [Fact]
    public async Task REST_no_path_leads_out_of_the_page_or_to_a_500()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        string[] gets =
        [
            "/api/chats?cursor=%FF%FE", "/api/presence/online?q=%00", "/api/presence/online?q=%F0%9F%98%80&limit=1", "/api/presence/online?q=" + new string('a', 3000),
            $"/api/chats/{chat}/messages?before=9223372036854775807", $"/api/chats/{chat}/messages?before=9223372036854775808", $"/api/chats/{chat}/changes?after=-9223372036854775808",
            "/api/chats/..%2f..%2f", "/api/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/api//me", "/api/chats/" + new string('a', 2000), "/appsettings.json", "/fastchat.dll",
            "/docs/..%2f..%2fappsettings.json", "/assets/..%5c..%5cappsettings.json", "/fastchat.db", "/data/fastchat.db", "/.git/config", "/%00", "/assets/%2e%2e/%2e%2e/fastchat.dll",
        ];
        foreach (var path in gets)
        {
            var answer = await ada.Api.GetAsync(path);
            Assert.InRange(answer.Status, 200, 499);
            Assert.DoesNotContain("root:", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"Logging\"", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("MZ\u0090", answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SEC_nothing_is_unpacked_so_nothing_small_becomes_big()
    {
        var ada = await Guest.CreateAsync(Server);
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($$"""{"display_name":"{{new string('x', 10_000_000)}}"}"""));
        }

        var content = ApiClient.Raw(packed.ToArray(), "application/json");
        content.Headers.ContentEncoding.Add("gzip");
        (await ada.Api.SendAsync(HttpMethod.Patch, "/api/me", content)).IsProblem(400, "INVALID_JSON");
        await using var socket = await RawSocket.ConnectAsync(Server.Port, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
        Assert.DoesNotContain("Sec-WebSocket-Extensions", socket.Headers.Keys);
    }
}
