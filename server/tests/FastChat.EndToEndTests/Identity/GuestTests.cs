namespace FastChat.EndToEndTests.Identity;

public sealed class GuestTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task ID1_a_guest_needs_nothing_and_gets_a_friendly_name()
    {
        var answer = (await Server.Api.PostAsync("/api/sessions", new { })).Is(201).Json;

        answer.AssertMembers("user", "session_id", "access_token", "expires_in");
        answer.Child("user").AssertMembers("user_id", "display_name", "kind");
        Json.AssertIsId(answer.Child("user").Text("user_id"));
        Json.AssertIsId(answer.Text("session_id"));
        Assert.Equal("guest", answer.Child("user").Text("kind"));
        Assert.InRange(answer.Child("user").Text("display_name").Length, 1, 32);
        Assert.InRange(answer.Number("expires_in"), 60, 7 * 24 * 3600);
    }

    [Fact]
    public async Task ID1_two_guests_are_two_users()
    {
        var (ada, bob) = await Guest.PairAsync(Server);

        Assert.NotEqual(ada.Id, bob.Id);
        Assert.Equal(ada.Id, (await ada.Api.GetAsync("/api/me")).Is(200).Json.Text("user_id"));
        Assert.Equal(bob.Id, (await bob.Api.GetAsync("/api/me")).Is(200).Json.Text("user_id"));
    }

    [Fact]
    public async Task ID1_an_id_in_a_body_changes_nothing_about_who_one_is()
    {
        var (ada, bob) = await Guest.PairAsync(Server);

        var me = (await ada.Api.PatchAsync("/api/me", new { user_id = bob.Id, kind = "member", display_name = "Changed" })).Is(200).Json;
        var alive = (await ada.Api.PostAsync("/api/presence/heartbeat", new { user_id = bob.Id })).Is(200).Json;

        me.AssertMembers("user_id", "display_name", "kind");
        Assert.Equal((ada.Id, "Changed", "guest"), (me.Text("user_id"), me.Text("display_name"), me.Text("kind")));
        Assert.Equal(ada.Id, alive.Text("user_id"));
        Assert.Equal(bob.Name, (await bob.Api.GetAsync("/api/me")).Json.Text("display_name"));
    }

    [Fact]
    public async Task ID1_an_id_in_a_frame_changes_nothing_about_who_one_is()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var socket = await ChatSocket.ConnectAsync(Server.Root);
        await using var other = await bob.ConnectAsync();

        await socket.SendAsync(new { type = "HELLO", token = ada.Token, user_id = bob.Id, user = new { user_id = bob.Id } });
        var hello = await socket.ExpectAsync("HELLO_ACK");
        await socket.SendAsync(new { type = "MSG", to = bob.Id, message_id = Guest.NewId(), content = "hi", sender_id = bob.Id, user_id = bob.Id, seq = 7 });
        var message = await other.ExpectAsync("MSG");

        Assert.Equal(ada.Id, hello.Child("user").Text("user_id"));
        Assert.Equal(ada.Id, message.Text("sender_id"));
        Assert.Equal(1, message.Number("seq"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Basic YWRhOnBhc3M=")]
    public async Task ID1_without_a_valid_token_nobody_gets_in(string authorization)
    {
        foreach (var path in new[] { "/api/me", "/api/sessions", "/api/chats", "/api/presence/online", $"/api/chats/{Guest.NewId()}" })
        {
            (await Server.Api.GetAsync(path, ("Authorization", authorization))).IsProblem(401, "UNAUTHORIZED");
        }

        foreach (var path in new[] { "/api/sync", "/api/chats", "/api/presence/heartbeat", "/api/sessions/link", $"/api/chats/{Guest.NewId()}/messages" })
        {
            (await Server.Api.PostAsync(path, new { }, ("Authorization", authorization))).IsProblem(401, "UNAUTHORIZED");
        }
    }

    [Fact]
    public async Task ID1_a_token_that_was_tampered_with_is_refused()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var (mine, theirs) = (ada.Token.Split('.'), bob.Token.Split('.'));
        Assert.Equal(3, mine.Length);
        var unsigned = Convert.ToBase64String("{\"alg\":\"none\",\"typ\":\"JWT\"}"u8).TrimEnd('=').Replace('+', '-').Replace('/', '_');

        foreach (var token in new[]
        {
            $"{mine[0]}.{theirs[1]}.{mine[2]}",
            $"{mine[0]}.{mine[1]}.",
            $"{unsigned}.{mine[1]}.",
            $"{unsigned}.{mine[1]}.{mine[2]}",
            ada.Token[..^4],
        })
        {
            (await Server.Api.With(token).GetAsync("/api/me")).IsProblem(401, "UNAUTHORIZED");
        }
    }

    [Fact]
    public async Task ID1_the_refresh_token_is_no_access_token()
    {
        var ada = await Guest.CreateAsync(Server);

        (await Server.Api.With(ada.RefreshToken).GetAsync("/api/me")).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.Token })).IsProblem(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task ID1_the_secret_of_one_server_is_not_that_of_another()
    {
        await using var other = await ServerProcess.StartAsync();
        var stranger = await Guest.CreateAsync(other);

        (await Server.Api.With(stranger.Token).GetAsync("/api/me")).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = stranger.RefreshToken })).IsProblem(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task ID2_a_guest_is_the_same_user_after_a_reload_and_a_restart_of_the_server()
    {
        await using var server = await ServerProcess.StartAsync();
        var ada = await Guest.CreateAsync(server, "Ada");

        var reloaded = (await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.RefreshToken })).Is(200).Json;
        await server.KillAsync();
        await server.StartAgainAsync();
        var again = (await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = reloaded.Text("refresh_token") })).Is(200).Json;

        foreach (var token in new[] { ada.Token, reloaded.Text("access_token"), again.Text("access_token") })
        {
            var me = (await server.Api.With(token).GetAsync("/api/me")).Is(200).Json;
            Assert.Equal((ada.Id, "Ada"), (me.Text("user_id"), me.Text("display_name")));
        }
    }

    [Fact]
    public async Task ID2_a_one_time_link_takes_the_identity_to_another_device_once()
    {
        var ada = await Guest.CreateAsync(Server);
        var link = (await ada.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json;
        link.AssertMembers("link_token", "expires_in");
        Assert.Equal(300, link.Number("expires_in"));

        var phone = (await Server.Api.PostAsync("/api/sessions", new { link_token = link.Text("link_token"), refresh = "body" })).Is(201).Json;

        phone.AssertMembers("user", "session_id", "access_token", "expires_in", "refresh_token");
        Assert.Equal(ada.Id, phone.Child("user").Text("user_id"));
        Assert.Equal(ada.Name, phone.Child("user").Text("display_name"));
        Assert.NotEqual(ada.SessionId, phone.Text("session_id"));
        (await Server.Api.PostAsync("/api/sessions", new { link_token = link.Text("link_token") })).IsProblem(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task ID2_a_link_that_is_none_is_refused_and_makes_no_guest()
    {
        (await Server.Api.PostAsync("/api/sessions", new { link_token = "nonsense" })).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/sessions", new { link_token = 5 })).IsProblem(400, "VALIDATION");
        (await Server.Api.PostAsync("/api/sessions", "{\"link_token\":null}")).Is(201);
    }

    [Fact]
    public async Task ID2_one_link_makes_one_session_however_many_try_at_once()
    {
        var ada = await Guest.CreateAsync(Server);
        var link = (await ada.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Server.Api.PostAsync("/api/sessions", new { link_token = link })));

        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.Equal(7, answers.Count(answer => answer.Status == 401));
    }
}
