namespace FastChat.EndToEndTests.Blocks;

public sealed class BlockCallTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task BL1_a_block_is_made_once_listed_newest_first_and_ended()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var eve = await Guest.CreateAsync(Server);
        var made = (await ada.Api.PostAsync("/api/blocks", new { user_id = bob.Id })).Is(201).Json;
        made.AssertMembers("user_id", "display_name", "blocked_at");
        Assert.Equal((bob.Id, bob.Name), (made.Text("user_id"), made.Text("display_name")));
        made.Time("blocked_at");
        Assert.Equal(made.ToJsonString(), (await ada.Api.PostAsync("/api/blocks", new { user_id = bob.Id })).Is(200).Json.ToJsonString());
        await Eventually.HoldsAsync(() => DateTimeOffset.UtcNow > made.Time("blocked_at").AddMilliseconds(1), "another millisecond");
        (await ada.Api.PostAsync("/api/blocks", new { user_id = eve.Id })).Is(201);

        var list = (await ada.Api.GetAsync("/api/blocks")).Is(200).Json;
        list.AssertMembers("blocks");
        Assert.Equal([eve.Id, bob.Id], list.Children("blocks").Select(block => block.Text("user_id")));
        Assert.Equal(made.ToJsonString(), list.Children("blocks")[1].ToJsonString());
        Assert.Empty((await bob.Api.GetAsync("/api/blocks")).Is(200).Json.Children("blocks"));

        (await ada.Api.DeleteAsync($"/api/blocks/{bob.Id}")).Is(204);
        (await ada.Api.DeleteAsync($"/api/blocks/{bob.Id}")).IsProblem(404, "NOT_FOUND");
        Assert.Equal([eve.Id], (await ada.Api.GetAsync("/api/blocks")).Is(200).Json.Children("blocks").Select(block => block.Text("user_id")));
    }

    [Fact]
    public async Task BL1_oneself_is_refused_and_so_is_who_is_not_there()
    {
        var ada = await Guest.CreateAsync(Server);
        (await ada.Api.PostAsync("/api/blocks", new { user_id = ada.Id })).IsProblem(400, "VALIDATION");
        (await ada.Api.PostAsync("/api/blocks", new { user_id = "me" })).IsProblem(400, "VALIDATION");
        (await ada.Api.PostAsync("/api/blocks", new { })).IsProblem(400, "VALIDATION");
        (await ada.Api.PostAsync("/api/blocks", new { user_id = Guest.NewId() })).IsProblem(404, "USER_NOT_FOUND");
        foreach (var id in new[] { Guest.NewId(), ada.Id, "me", Guid.Empty.ToString() })
        {
            (await ada.Api.DeleteAsync($"/api/blocks/{id}")).IsProblem(404, "NOT_FOUND");
        }

        (await Server.Api.GetAsync("/api/blocks")).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/blocks", new { user_id = ada.Id })).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.DeleteAsync($"/api/blocks/{ada.Id}")).IsProblem(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task BL8_every_connection_of_the_blocker_is_told_of_each_change_and_nobody_else()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var elsewhere = await ada.OnAnotherDeviceAsync();
        await using var mine = await ada.ConnectAsync();
        await using var other = await elsewhere.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        (await elsewhere.Api.PostAsync("/api/blocks", new { user_id = bob.Id })).Is(201);
        foreach (var socket in new[] { mine, other })
        {
            var frame = await socket.ExpectAsync("BLOCKS");
            frame.AssertMembers("type", "user_ids");
            Assert.Equal([bob.Id], frame.Texts("user_ids"));
        }

        (await elsewhere.Api.PostAsync("/api/blocks", new { user_id = bob.Id })).Is(200);
        await mine.AssertQuietAsync();
        (await ada.Api.DeleteAsync($"/api/blocks/{bob.Id}")).Is(204);
        Assert.Empty((await other.ExpectAsync("BLOCKS")).Texts("user_ids"));
        await theirs.AssertQuietAsync();
    }
}
