namespace FastChat.EndToEndTests.Security;

/// <summary>Being taken for somebody else, by any id, name or session that one can name.</summary>
public sealed class ImpersonationTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task ATTACK_an_id_in_a_body_a_frame_or_a_header_makes_nobody_else_of_the_caller()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var eve = await Guest.CreateAsync(Server);
        var chat = await eve.OpenChatAsync(bob);
        await using var bobs = await bob.ConnectAsync();
        await using var eves = await ChatSocket.ConnectAsync(Server.Root);
        var hello = await eves.AskAsync(
            new { type = "HELLO", token = eve.Token, user_id = ada.Id, session_id = ada.SessionId, user = new { user_id = ada.Id } }, "HELLO_ACK");
        Assert.Equal((eve.Id, eve.SessionId), (hello.Child("user").Text("user_id"), hello.Text("session_id")));

        await eves.AskAsync(
            new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "by frame", sender_id = ada.Id, user_id = ada.Id, from = ada.Id }, "MSG_ACK");
        Assert.Equal(eve.Id, (await bobs.ExpectAsync("MSG")).Text("sender_id"));
        var posted = await eve.Api.PostAsync(
            $"/api/chats/{chat}/messages?user_id={ada.Id}",
            new { message_id = Guest.NewId(), content = "by body", sender_id = ada.Id, user_id = ada.Id },
            ("X-User-Id", ada.Id), ("X-Forwarded-User", ada.Id), ("From", ada.Id), ("Cookie", $"user_id={ada.Id}; session_id={ada.SessionId}"));
        Assert.Equal(eve.Id, posted.Is(201).Json.Text("sender_id"));
        Assert.Equal(eve.Id, (await bobs.ExpectAsync("MSG")).Text("sender_id"));

        await eve.Api.PatchAsync("/api/me", new { display_name = "Mallory", user_id = ada.Id, session_id = ada.SessionId });
        Assert.Equal(ada.Name, (await ada.Api.GetAsync("/api/me")).Json.Text("display_name"));
        Assert.All(await bob.HistoryAsync(chat), message => Assert.Equal(eve.Id, message.Text("sender_id")));
    }

    [Fact]
    public async Task ATTACK_an_id_or_a_name_takes_nobody_over()
    {
        var victim = await Victim.CreateAsync(Server);
        var ada = victim.Ada;
        var answer = (await Server.Api.PostAsync("/api/sessions", new
        {
            display_name = ada.Name,
            user_id = ada.Id,
            session_id = ada.SessionId,
            user = new { user_id = ada.Id, display_name = ada.Name },
            sub = ada.Id,
            refresh = "body",
        })).Is(201).Json;
        var eve = Guest.From(Server, answer);

        Assert.NotEqual(ada.Id, eve.Id);
        Assert.NotEqual(ada.SessionId, eve.SessionId);
        Assert.Empty((await eve.Api.GetAsync("/api/chats")).Is(200).Json.Children("chats"));
        var sync = await eve.Api.PostAsync("/api/sync", new { epoch = (string?)null, revs = new Dictionary<string, int>(StringComparer.Ordinal) { [victim.Chat] = 0 } });
        Assert.Empty(sync.Is(200).Json.Children("chats"));
        (await eve.Api.GetAsync($"/api/chats/{victim.Chat}")).IsProblem(404, "CHAT_NOT_FOUND");
    }

    [Fact]
    public async Task ATTACK_a_session_is_not_resumed_by_its_id_and_not_ended_by_a_stranger()
    {
        var victim = await Victim.CreateAsync(Server);
        var ada = victim.Ada;
        await using var adas = await ada.ConnectAsync();
        var eve = await Guest.CreateAsync(Server);
        foreach (var token in new[] { ada.SessionId, ada.Id, "", $"{ada.Id}:{ada.SessionId}", $"Bearer {ada.Token}", ada.Token + " ", ada.RefreshToken })
        {
            if (token.Trim() != ada.Token)
            {
                (await Server.Api.GetAsync("/api/me", ("Authorization", $"Bearer {token}"), ("X-Session-Id", ada.SessionId))).IsProblem(401, "UNAUTHORIZED");
            }

            await using var socket = await ChatSocket.ConnectAsync(Server.Root);
            await socket.SendAsync(new { type = "HELLO", token, session_id = ada.SessionId, resume = ada.SessionId });
            Assert.Equal("UNAUTHORIZED", (await socket.ExpectAsync("ERROR")).Text("code"));
            Assert.Equal(4001, await socket.ExpectCloseAsync());
        }

        foreach (var token in new[] { ada.SessionId, ada.Token, Altered(eve.RefreshToken), new string('A', 43), "" })
        {
            Assert.InRange((await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = token, session_id = ada.SessionId })).Status, 400, 401);
        }

        (await eve.Api.DeleteAsync($"/api/sessions/{ada.SessionId}")).IsProblem(404, "NOT_FOUND");
        await adas.AssertQuietAsync();
        (await ada.Api.GetAsync("/api/me")).Is(200);
    }

    /// <summary>A token that differs in its first character. The last one may hold padding bits that mean nothing.</summary>
    private static string Altered(string token) => (token[0] == 'A' ? 'B' : 'A') + token[1..];

    [Fact]
    public async Task ATTACK_what_a_stranger_does_redirects_nobodys_messages()
    {
        var victim = await Victim.CreateAsync(Server);
        var (ada, bob) = (victim.Ada, victim.Bob);
        var eve = await Guest.CreateAsync(Server);
        await using var bobs = await bob.ConnectAsync();
        await using var eves = await eve.ConnectAsync();

        // Whatever makes Eve the last to have been opened, watched, named or written to.
        await eve.Api.PatchAsync("/api/me", new { display_name = bob.Name });
        var (withAda, withBob) = (await eve.OpenChatAsync(ada), await eve.OpenChatAsync(bob));
        await eves.SendAsync(new { type = "WATCH", user_ids = new[] { ada.Id, bob.Id } });
        await eves.AskAsync(new { type = "MSG", chat_id = withAda, message_id = victim.MessageId, content = "with the victim's own message_id" }, "MSG_ACK");
        await eves.SendAsync(new { type = "TYPING", chat_id = withAda, is_typing = true });
        await eves.SendAsync(new { type = "MSG", chat_id = victim.Chat, to = ada.Id, message_id = Guest.NewId(), content = "both" });
        Assert.Equal("VALIDATION", (await eves.ExpectAsync("ERROR")).Text("code"));
        await ada.PostMessageAsync(victim.Chat, "for Bob alone");

        Assert.Equal("for Bob alone", (await bobs.ExpectAsync("MSG", frame => frame.Text("chat_id") == victim.Chat)).Text("content"));
        Assert.DoesNotContain(await eves.FenceAsync(), frame => frame.ToJsonString().Contains("for Bob alone", StringComparison.Ordinal));
        Assert.Empty(await eve.HistoryAsync(withBob));
        Assert.Equal("with the victim's own message_id", Assert.Single(await eve.HistoryAsync(withAda)).Text("content"));
    }
}
