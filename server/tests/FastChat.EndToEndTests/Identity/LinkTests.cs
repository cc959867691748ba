namespace FastChat.EndToEndTests.Identity;

/// <summary>The one-time link where the contract was silent; what it says stands in <see cref="GuestTests"/>.</summary>
public sealed class LinkTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task ID7_a_browser_that_uses_a_link_gets_the_cookie()
    {
        var ada = await Guest.CreateAsync(Server);
        var answer = (await Server.Api.PostAsync("/api/sessions", new { link_token = await LinkAsync(ada), display_name = (string?)null })).Is(201);

        answer.Json.AssertMembers("user", "session_id", "access_token", "expires_in");
        var cookie = Assert.Single(answer.Cookies).Split(';')[0];
        var token = (await Server.Api.PostAsync("/api/sessions/refresh", new { }, ("Cookie", cookie))).Is(200).Json.Text("access_token");
        Assert.Equal(ada.Id, (await Server.Api.With(token).GetAsync("/api/me")).Is(200).Json.Text("user_id"));
    }

    [Fact]
    public async Task ID7_a_call_that_is_refused_for_something_else_does_not_use_the_link_up()
    {
        var ada = await Guest.CreateAsync(Server);
        var link = await LinkAsync(ada);

        (await Server.Api.PostAsync("/api/sessions", new { link_token = link, display_name = "Grace" })).IsProblem(400, "VALIDATION");
        (await Server.Api.PostAsync("/api/sessions", new { link_token = link, refresh = "cookie" })).IsProblem(400, "VALIDATION");
        (await Server.Api.PostAsync("/api/sessions", new { link_token = link }, ("Origin", "https://evil.example"))).IsProblem(403, "FORBIDDEN");

        var phone = (await Server.Api.PostAsync("/api/sessions", new { link_token = link })).Is(201).Json;
        Assert.Equal(ada.Id, phone.Child("user").Text("user_id"));
        Assert.Equal(2, (await ada.Api.GetAsync("/api/sessions")).Is(200).Json.Children("sessions").Length);
    }

    [Fact]
    public async Task ID8_a_link_is_made_without_a_body_too()
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.SendAsync(HttpMethod.Post, "/api/sessions/link", content: null)).Is(201).Json.AssertMembers("link_token", "expires_in");
        (await ada.Api.PostAsync("/api/sessions/link", "[]")).IsProblem(400, "INVALID_JSON");
    }

    [Fact]
    public async Task ID9_a_link_ends_with_the_session_that_made_it()
    {
        var laptop = await Guest.CreateAsync(Server);
        var phone = await laptop.OnAnotherDeviceAsync();
        var link = await LinkAsync(phone);

        (await laptop.Api.DeleteAsync($"/api/sessions/{phone.SessionId}")).Is(204);

        (await Server.Api.PostAsync("/api/sessions", new { link_token = link })).IsProblem(401, "UNAUTHORIZED");
        (await phone.Api.PostAsync("/api/sessions/link", new { })).IsProblem(401, "UNAUTHORIZED");
    }

    private static async Task<string> LinkAsync(Guest guest) =>
        (await guest.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");
}
