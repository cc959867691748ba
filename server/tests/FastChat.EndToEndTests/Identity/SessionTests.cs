namespace FastChat.EndToEndTests.Identity;

public sealed class SessionTests(OpenServer open)
{
    private static readonly TimeSpan RevocationTime = Patience.Bound(2);

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task ID3_the_list_of_sessions_names_each_and_marks_the_current_one()
    {
        var laptop = await Guest.CreateAsync(Server);
        var phone = await laptop.OnAnotherDeviceAsync();

        var sessions = (await phone.Api.GetAsync("/api/sessions")).Is(200).Json.Children("sessions");

        Assert.Equal([.. new[] { laptop.SessionId, phone.SessionId }.Order(StringComparer.Ordinal)],
            sessions.Select(session => session.Text("session_id")).Order(StringComparer.Ordinal));
        Assert.Equal(phone.SessionId, Assert.Single(sessions, session => session.Flag("current")).Text("session_id"));
        foreach (var session in sessions)
        {
            session.AssertMembers("session_id", "created_at", "last_seen", "client", "current");
            Assert.True(session.Time("created_at") <= session.Time("last_seen"));
        }
    }

    [Fact]
    public async Task ID3_a_revoked_session_is_refused_at_once_and_its_connections_close_with_4500()
    {
        var laptop = await Guest.CreateAsync(Server);
        var phone = await laptop.OnAnotherDeviceAsync();
        await using var first = await phone.ConnectAsync();
        await using var second = await phone.ConnectAsync();
        await using var staying = await laptop.ConnectAsync();

        (await laptop.Api.DeleteAsync($"/api/sessions/{phone.SessionId}")).Is(204);

        (await phone.Api.GetAsync("/api/me")).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = phone.RefreshToken })).IsProblem(401, "UNAUTHORIZED");
        Assert.Equal(4500, await first.ExpectCloseAsync(RevocationTime));
        Assert.Equal(4500, await second.ExpectCloseAsync(RevocationTime));
        await staying.AssertQuietAsync();
        Assert.Single((await laptop.Api.GetAsync("/api/sessions")).Is(200).Json.Children("sessions"));
    }

    [Fact]
    public async Task ID3_signing_out_ends_the_session_that_did_it()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await ada.ConnectAsync();

        (await ada.Api.DeleteAsync("/api/sessions/current")).Is(204);

        (await ada.Api.GetAsync("/api/me")).IsProblem(401, "UNAUTHORIZED");
        Assert.Equal(4500, await socket.ExpectCloseAsync(RevocationTime));
        await using var late = await ChatSocket.ConnectAsync(Server.Root);
        await late.RefusedAsync(new { type = "HELLO", token = ada.Token }, "UNAUTHORIZED");
        Assert.Equal(4001, await late.ExpectCloseAsync());
    }

    [Fact]
    public async Task ID3_nobody_revokes_the_session_of_somebody_else()
    {
        var (ada, bob) = await Guest.PairAsync(Server);

        (await ada.Api.DeleteAsync($"/api/sessions/{bob.SessionId}")).IsProblem(404, "NOT_FOUND");
        (await ada.Api.DeleteAsync($"/api/sessions/{Guest.NewId()}")).IsProblem(404, "NOT_FOUND");
        (await ada.Api.DeleteAsync("/api/sessions/00000000-0000-0000-0000-000000000000")).IsProblem(404, "NOT_FOUND");
        (await ada.Api.DeleteAsync("/api/sessions/nonsense")).IsProblem(404, "NOT_FOUND");
        (await ada.Api.DeleteAsync($"/api/sessions/{ada.SessionId.ToUpperInvariant()}")).IsProblem(404, "NOT_FOUND");
        (await bob.Api.GetAsync("/api/me")).Is(200);
    }

    [Fact]
    public async Task ID3_the_client_named_in_HELLO_shows_in_the_list()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await ChatSocket.ConnectAsync(Server.Root);
        await socket.AskAsync(new { type = "HELLO", token = ada.Token, client = "sentence/1.0" }, "HELLO_ACK");

        var session = Assert.Single((await ada.Api.GetAsync("/api/sessions")).Is(200).Json.Children("sessions"));

        Assert.Contains("sentence/1.0", session.Text("client"), StringComparison.Ordinal);
    }
}
