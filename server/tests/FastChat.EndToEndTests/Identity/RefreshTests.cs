using System.Text;

namespace FastChat.EndToEndTests.Identity;

public sealed class RefreshTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task ID6_a_refresh_rotates_the_token_and_keeps_the_session()
    {
        var ada = await Guest.CreateAsync(Server);

        var answer = (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.RefreshToken })).Is(200);

        answer.Json.AssertMembers("access_token", "expires_in", "refresh_token");
        Assert.NotEqual(ada.RefreshToken, answer.Json.Text("refresh_token"));
        Assert.Empty(answer.Cookies);
        Assert.Equal(ada.SessionId, await SessionOfAsync(answer.Json.Text("access_token")));
    }

    [Fact]
    public async Task ID6_an_answer_lost_in_a_tunnel_signs_nobody_out()
    {
        var ada = await Guest.CreateAsync(Server);

        var lost = await RefreshAsync(ada.RefreshToken);
        var sibling = await RefreshAsync(ada.RefreshToken);
        var third = await RefreshAsync(ada.RefreshToken);
        var next = await RefreshAsync(third);

        Assert.Equal(5, new[] { ada.RefreshToken, lost, sibling, third, next }.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task ID6_shortly_after_the_successors_first_use_the_old_token_and_an_unused_sibling_are_still_served()
    {
        var ada = await Guest.CreateAsync(Server);
        var successor = await RefreshAsync(ada.RefreshToken);
        var sibling = await RefreshAsync(ada.RefreshToken);
        await RefreshAsync(successor);

        var old = (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.RefreshToken })).Is(200).Json;
        var unused = (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = sibling })).Is(200).Json;

        Assert.Equal(ada.SessionId, await SessionOfAsync(old.Text("access_token")));
        Assert.Equal(ada.SessionId, await SessionOfAsync(unused.Text("access_token")));
        (await ada.Api.GetAsync("/api/me")).Is(200);
    }

    [Fact]
    public async Task ID6_many_tabs_that_refresh_at_once_stay_one_session()
    {
        var ada = await Guest.CreateAsync(Server);

        var tokens = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => RefreshAsync(ada.RefreshToken)));
        var next = await Task.WhenAll(tokens.Select(RefreshAsync));

        Assert.Equal(24, tokens.Concat(next).Distinct(StringComparer.Ordinal).Count());
        Assert.Single((await ada.Api.GetAsync("/api/sessions")).Is(200).Json.Children("sessions"));
    }

    [Theory]
    [InlineData("""{"refresh_token":"nonsense"}""")]
    [InlineData("""{"refresh_token":""}""")]
    [InlineData("{}")]
    public async Task ID6_without_a_good_refresh_token_there_is_no_access_token(string body) =>
        (await Server.Api.PostAsync("/api/sessions/refresh", body)).IsProblem(401, "UNAUTHORIZED");

    [Fact]
    [Trait("Database", "SQLite")]
    public async Task ID6_only_hashes_are_stored()
    {
        await using var server = await ServerProcess.StartAsync();
        var ada = await Guest.CreateAsync(server, "Findable name");
        var link = (await ada.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");
        var next = (await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.RefreshToken })).Is(200).Json.Text("refresh_token");

        // A server that was killed has tidied nothing up, and its lock is off the files.
        await server.KillAsync();
        var stored = new StringBuilder();
        foreach (var file in Directory.GetFiles(server.Folder))
        {
            stored.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        }

        var everything = stored.ToString();
        Assert.Contains("Findable name", everything, StringComparison.Ordinal);
        Assert.DoesNotContain(ada.RefreshToken, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(next, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(link, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(ada.Token, everything, StringComparison.Ordinal);
    }

    private async Task<string> RefreshAsync(string token) =>
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = token })).Is(200).Json.Text("refresh_token");

    private async Task<string> SessionOfAsync(string accessToken) =>
        (await Server.Api.With(accessToken).GetAsync("/api/sessions")).Is(200).Json.Children("sessions")
            .Single(session => session.Flag("current")).Text("session_id");
}
