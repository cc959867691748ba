namespace FastChat.EndToEndTests.Identity;

/// <summary>What a replay means once its 10 s are over. The time itself is the subject here, so the tests let it pass.</summary>
public abstract class StolenRefreshTokenTests(OpenServer open)
{
    protected static readonly TimeSpan MoreThanTheGrace = TimeSpan.FromSeconds(11);

    protected ServerProcess Server => open.Server;

    protected async Task ReplayLateAsync(bool replayTheSibling)
    {
        var ada = await Guest.CreateAsync(Server);
        var elsewhere = await ada.OnAnotherDeviceAsync();
        var successor = await RefreshAsync(ada.RefreshToken);
        var sibling = await RefreshAsync(ada.RefreshToken);
        var current = await RefreshAsync(successor);
        await using var socket = await ada.ConnectAsync();

        await Task.Delay(MoreThanTheGrace);
        var stolen = replayTheSibling ? sibling : ada.RefreshToken;
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = stolen })).IsProblem(401, "UNAUTHORIZED");

        (await ada.Api.GetAsync("/api/me")).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = current })).IsProblem(401, "UNAUTHORIZED");
        Assert.Equal(4500, await socket.ExpectCloseAsync(Patience.Bound(2)));
        (await elsewhere.Api.GetAsync("/api/me")).Is(200);
    }

    protected async Task<string> RefreshAsync(string token) =>
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = token })).Is(200).Json.Text("refresh_token");
}

public sealed class StolenOldTokenTests(OpenServer open) : StolenRefreshTokenTests(open)
{
    [Fact]
    public Task ID6_the_old_token_more_than_10_s_after_its_successors_first_use_revokes_the_session() => ReplayLateAsync(replayTheSibling: false);
}

public sealed class StolenSiblingTests(OpenServer open) : StolenRefreshTokenTests(open)
{
    [Fact]
    public Task ID6_an_unused_sibling_more_than_10_s_after_the_successors_first_use_revokes_the_session() => ReplayLateAsync(replayTheSibling: true);
}

public sealed class PatientRefreshTests(OpenServer open) : StolenRefreshTokenTests(open)
{
    [Fact]
    public async Task ID6_while_no_successor_was_used_the_old_token_stays_good_however_long_it_takes()
    {
        var ada = await Guest.CreateAsync(Server);
        await RefreshAsync(ada.RefreshToken);

        await Task.Delay(MoreThanTheGrace);

        await RefreshAsync(await RefreshAsync(ada.RefreshToken));
        (await ada.Api.GetAsync("/api/me")).Is(200);
    }
}
