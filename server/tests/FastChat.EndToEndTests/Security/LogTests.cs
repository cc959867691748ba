using System.Text.RegularExpressions;

namespace FastChat.EndToEndTests.Security;

/// <summary>The log at its most talkative: it holds no secret, no text of a message, and no line that a stranger wrote.</summary>
public sealed partial class LogTests
{
    private const string Forged = "info: forged[0] everything is fine";

    [Fact]
    public async Task SEC_at_level_Trace_no_token_and_no_text_is_logged_and_no_line_can_be_forged()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Logging__LogLevel__Default", "Trace"), ("Logging__LogLevel__Microsoft", "Debug"),
            ("Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics", "Information")));
        server.MayComplain = true;
        var secrets = new List<string> { "a-secret-message-text", "another-secret-text", "a-secret-draft-id" };
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await TalkAsync(ada, chat, secrets);
        await ForgeAsync(server, ada, chat);
        var (revoked, link) = await SignInAndOutAsync(server, ada);
        secrets.AddRange([ada.Token, bob.Token, ada.RefreshToken, bob.RefreshToken, revoked.Token, revoked.RefreshToken, link]);
        Assert.Equal(0, await server.TerminateAsync());

        Assert.Contains("dbug:", server.Log, StringComparison.Ordinal);
        foreach (var secret in secrets)
        {
            // A token's signature alone would do for a thief who knows the rest.
            Assert.DoesNotContain(secret, server.Log, StringComparison.Ordinal);
            Assert.DoesNotContain(secret.Split('.')[^1], server.Log, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(server.Log.Split('\n', '\r', '\u2028', '\u0085'), line => line.StartsWith(Forged, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', Colour().Replace(server.Log, ""));
    }

    private static async Task TalkAsync(Guest ada, string chat, List<string> secrets)
    {
        await ada.PostMessageAsync(chat, secrets[0]);
        await using var socket = await ada.ConnectAsync();
        await socket.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = secrets[1] }, "MSG_ACK");
        await socket.RefusedAsync($$"""{"type":"MSG","chat_id":"{{chat}}","message_id":"{{secrets[2]}}","content":"{{secrets[0]}}","x":""", "INVALID_JSON");
        await socket.RefusedAsync(new { type = "MSG", chat_id = chat, message_id = secrets[2], content = secrets[0] }, "VALIDATION");
    }

    /// <summary>Line ends wherever a stranger's text may go: names, clients, headers, paths, queries, types.</summary>
    private static async Task ForgeAsync(ServerProcess server, Guest ada, string chat)
    {
        var ends = $"x\r\n{Forged}\n\u2028{Forged}\r{Forged}\u001b[31m";
        await ada.Api.PatchAsync("/api/me", new { display_name = ends });
        await server.Api.PostAsync("/api/sessions", new { display_name = ends, refresh = ends });
        await server.Api.PostAsync("/api/sessions", new { link_token = ends });
        await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ends });
        await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = ends, content = ends });
        var path = Uri.EscapeDataString(ends);
        await ada.Api.GetAsync($"/api/chats/{path}");
        await ada.Api.GetAsync($"/{path}.js");
        await ada.Api.GetAsync($"/api/presence/online?q={path}&cursor={path}");
        await ada.Api.GetAsync("/api/me", ("User-Agent", $"Mozilla\t{Forged}"), ("X-Forwarded-For", Forged), ("Origin", Forged), ("X-Request-Id", Forged), ("traceparent", Forged));
        await using var socket = await ChatSocket.ConnectAsync(server.Root);
        await socket.AskAsync(new { type = "HELLO", token = ada.Token, client = ends }, "HELLO_ACK");
        await socket.SendAsync(new { type = ends, @ref = ends });
        await socket.SendAsync(new { type = "PING", @ref = ends });
        await socket.FenceAsync();
    }

    private static async Task<(Guest Revoked, string Link)> SignInAndOutAsync(ServerProcess server, Guest ada)
    {
        var other = await ada.OnAnotherDeviceAsync();
        var link = (await ada.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");
        await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = other.RefreshToken });
        await server.Api.PostAsync("/api/sessions/refresh", new { }, ("Cookie", $"fastchat_refresh={other.RefreshToken}"));
        await other.Api.DeleteAsync("/api/sessions/current");
        (await other.Api.GetAsync("/api/me")).Is(401);
        await using var socket = await ChatSocket.ConnectAsync(server.Root);
        await socket.SendAsync(new { type = "HELLO", token = other.Token });
        Assert.Equal(4001, await socket.ExpectCloseAsync());
        return (other, link);
    }

    /// <summary>The colours that the console logger itself may write.</summary>
    [GeneratedRegex(@"\x1b\[\d*m", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Colour();
}
