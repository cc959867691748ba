using System.Text;

namespace FastChat.EndToEndTests.Security;

/// <summary>What a page of another site can make a browser send with the user's cookie. The browser itself is in web/e2e/attacks.spec.ts.</summary>
public sealed class CrossSiteTests(OpenServer open)
{
    private static readonly string[] Foreign = ["https://evil.example", "null", "http://127.0.0.1:1", "http://evil.example:80", "file://", "chrome-extension://abc"];

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task ATTACK_a_form_of_another_site_does_nothing_with_the_cookie()
    {
        var ada = await Guest.CreateAsync(Server);
        var cookie = ("Cookie", $"fastchat_refresh={ada.RefreshToken}");
        (string Type, string Body)[] forms =
        [
            ("text/plain", """{"refresh_token":null,"x":"=y"}"""),
            ("text/plain; charset=utf-8", "{}"),
            ("application/x-www-form-urlencoded", "display_name=Mallory"),
            ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n{}\r\n--b--\r\n"),
            ("application/json; charset=utf-16", "{}"),
            ("application/json-patch+json", "{}"),
            ("text/json", "{}"),
        ];
        foreach (var (type, body) in forms)
        {
            foreach (var path in new[] { "/api/sessions", "/api/sessions/refresh" })
            {
                // Even a page of one's own host sends nothing but JSON.
                foreach (var origin in Foreign.Append($"http://127.0.0.1:{Server.Port}"))
                {
                    var answer = await Server.Api.SendAsync(HttpMethod.Post, path, ApiClient.Raw(Encoding.UTF8.GetBytes(body), type), cookie, ("Origin", origin));
                    Assert.True(answer.Status is 403 or 415, $"{type} from {origin} at {path}: {answer.Status} {answer.Text}");
                    Assert.Empty(answer.Cookies);
                }
            }
        }

        await AssertUntouchedAsync(ada);
    }

    [Fact]
    public async Task ATTACK_a_script_of_another_site_does_nothing_with_the_cookie()
    {
        var ada = await Guest.CreateAsync(Server);
        var cookie = ("Cookie", $"fastchat_refresh={ada.RefreshToken}");
        foreach (var origin in Foreign)
        {
            var refreshed = await Server.Api.PostAsync("/api/sessions/refresh", new { }, cookie, ("Origin", origin));
            refreshed.IsProblem(403, "FORBIDDEN");
            Assert.Empty(refreshed.Cookies);
            Assert.Null(refreshed.Header("Access-Control-Allow-Origin"));
            (await Server.Api.PostAsync("/api/sessions", new { }, cookie, ("Origin", origin))).IsProblem(403, "FORBIDDEN");

            // The cookie alone is no access token anywhere.
            (await Server.Api.GetAsync("/api/sessions", cookie, ("Origin", origin))).IsProblem(401, "UNAUTHORIZED");
        }

        await AssertUntouchedAsync(ada);
    }

    [Fact]
    public async Task ATTACK_a_page_of_another_site_opens_no_socket_with_or_without_the_cookie()
    {
        var ada = await Guest.CreateAsync(Server);
        foreach (var origin in Foreign)
        {
            await using var socket = await RawSocket.TryConnectAsync(Server.Port, $"Origin: {origin}", $"Cookie: fastchat_refresh={ada.RefreshToken}");
            Assert.Equal(403, socket.Status);
        }

        await using var twice = await RawSocket.TryConnectAsync(Server.Port, $"Origin: http://127.0.0.1:{Server.Port}", "Origin: https://evil.example");
        Assert.Equal(403, twice.Status);
    }

    /// <summary>A refresh that had worked would have made this token an old one.</summary>
    private async Task AssertUntouchedAsync(Guest ada)
    {
        Assert.Single((await ada.Api.GetAsync("/api/sessions")).Is(200).Json.Children("sessions"));
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.RefreshToken })).Is(200);
    }
}
