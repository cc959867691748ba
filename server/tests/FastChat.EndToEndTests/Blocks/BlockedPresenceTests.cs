namespace FastChat.EndToEndTests.Blocks;

/// <summary>Bob blocks Ada, who looks whether he is there.</summary>
public sealed class BlockedPresenceTests(PresenceServer presence) : IClassFixture<PresenceServer>
{
    private ServerProcess Server => presence.Server;

    [Fact]
    public async Task BL6_a_block_takes_effect_at_once_on_all_connections_of_the_blocked_and_its_end_too()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var his = await bob.ConnectAsync();
        await using var tab = await ada.ConnectAsync();
        await using var phone = await (await ada.OnAnotherDeviceAsync()).ConnectAsync();
        await tab.SeesAsync(bob, "online");
        await phone.SeesAsync(bob, "online");

        var before = DateTimeOffset.UtcNow;
        var blockedAt = (await bob.Api.PostAsync("/api/blocks", new { user_id = ada.Id })).Is(201).Json.Time("blocked_at");
        foreach (var socket in new[] { tab, phone })
        {
            var gone = await socket.SeesAsync(bob, "offline", Patience.Bound(2));
            var entry = gone.Children("users").Single(user => user.Text("user_id") == bob.Id);
            Assert.InRange(entry.Time("last_seen"), before.AddSeconds(-5), blockedAt);
        }

        (await bob.Api.DeleteAsync($"/api/blocks/{ada.Id}")).Is(204);
        await tab.SeesAsync(bob, "online", Patience.Bound(2));
        await phone.SeesAsync(bob, "online", Patience.Bound(2));
    }

    [Fact]
    public async Task BL6_lists_the_directory_and_watching_show_the_blocker_as_offline_since_before_the_block_and_to_others_as_ever()
    {
        var word = $"w{Guid.NewGuid():N}"[..12];
        var (ada, bob) = (await Guest.CreateAsync(Server, $"Ada {word}"), await Guest.CreateAsync(Server, $"Bob {word}"));
        await using var his = await bob.ConnectAsync();
        var blockedAt = (await bob.Api.PostAsync("/api/blocks", new { user_id = ada.Id })).Is(201).Json.Time("blocked_at");

        await using var hers = await ada.ConnectAsync();
        var list = await hers.ExpectAsync("PRESENCE", frame => frame.Flag("full"));
        Assert.Null(list.StatusOf(bob));
        Assert.Equal("online", list.StatusOf(ada));
        Assert.Equal(list.Children("users").Length, list.Number("online_count"));
        var watched = await hers.AskAsync(new { type = "WATCH", user_ids = new[] { bob.Id, ada.Id }, @ref = "w" }, "PRESENCE");
        var entry = watched.Children("users").Single(user => user.Text("user_id") == bob.Id);
        Assert.Equal("offline", entry.Text("status"));
        Assert.True(entry.Time("last_seen") <= blockedAt);

        var directory = (await ada.Api.GetAsync($"/api/presence/online?q={word}")).Is(200).Json;
        Assert.Equal([ada.Id], directory.Children("users").Select(user => user.Text("user_id")));
        var seenByBob = (await bob.Api.GetAsync($"/api/presence/online?q={word}")).Is(200).Json;
        Assert.Equal(2, seenByBob.Children("users").Length);
        var eve = await Guest.CreateAsync(Server);
        Assert.Equal(2, (await eve.Api.GetAsync($"/api/presence/online?q={word}")).Is(200).Json.Children("users").Length);
        Assert.Equal(seenByBob.Number("online_count"), directory.Number("online_count") + 1);
    }

    [Fact]
    public async Task BL6_BL7_whatever_the_blocker_does_the_blocked_one_is_told_nothing()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "one");
        await using var hers = await ada.ConnectAsync();
        (await bob.Api.PostAsync("/api/blocks", new { user_id = ada.Id })).Is(201);
        await hers.AskAsync(new { type = "WATCH", user_ids = new[] { bob.Id } }, "PRESENCE");

        await using (var his = await bob.ConnectAsync())
        {
            await his.SendAsync(new { type = "TYPING", chat_id = chat, is_typing = true });
            await his.SendAsync(new { type = "STATUS", status = "away" });
            await his.SendAsync(new { type = "READ", chat_id = chat, seq = 1 });
            await Eventually.HoldsAsync(async () => Shapes.Positions(await bob.ChatAsync(chat), bob.Id) == (1, 1), "he has read");
            await hers.SendAsync(new { type = "TYPING", chat_id = chat, is_typing = true });
            await ada.PostMessageAsync(chat, "two");
            await his.ExpectAsync("MSG");
            await hers.FenceByNewcomerAsync(Server);
            Assert.DoesNotContain(his.Arrivals, item => item.Frame.Text("type") == "TYPING");
            await his.CloseAsync();
        }

        (await bob.Api.PostAsync("/api/presence/heartbeat", new { })).Is(200);
        await hers.FenceByLeaverAsync(Server);
        Assert.All(hers.HistoryOf(bob), status => Assert.Equal("offline", status));
        Assert.Single(hers.HistoryOf(bob));
        Assert.DoesNotContain(hers.Arrivals, item => item.Frame.Text("type") is "TYPING" or "READ" or "DELIVERED" or "BLOCKS" or "CHAT_OPENED");
        Assert.All(hers.Presences(), item => Assert.True(item.Frame.Children("users").Length > 0 || item.Frame.Flag("full"), item.Frame.ToJsonString()));
    }

    [Fact]
    public async Task BL6_last_seen_stays_what_it_was_when_the_blocker_comes_back_later_and_over_a_restart()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        await using (var his = await bob.ConnectAsync())
        {
            await his.CloseAsync();
        }

        await using (var watching = await ada.ConnectAsync())
        {
            await Eventually.HoldsAsync(async () => await StatusAsync(watching, bob) is ("offline", _), "he has left");
        }

        var seen = await SeenAsync(ada, bob);
        (await bob.Api.PostAsync("/api/blocks", new { user_id = ada.Id })).Is(201);
        await using (var his = await bob.ConnectAsync())
        {
            Assert.Equal(("offline", seen), await StatusAsync(ada, bob));
        }

        await server.KillAsync();
        await server.StartAgainAsync();
        await using var again = await bob.ConnectAsync();
        Assert.Equal(("offline", seen), await StatusAsync(ada, bob));
        (await bob.Api.DeleteAsync($"/api/blocks/{ada.Id}")).Is(204);
        Assert.Equal("online", (await StatusAsync(ada, bob)).Status);
    }

    private static async Task<DateTimeOffset> SeenAsync(Guest viewer, Guest user) => (await StatusAsync(viewer, user)).LastSeen;

    private static async Task<(string Status, DateTimeOffset LastSeen)> StatusAsync(Guest viewer, Guest user)
    {
        await using var socket = await viewer.ConnectAsync();
        return await StatusAsync(socket, user);
    }

    private static async Task<(string Status, DateTimeOffset LastSeen)> StatusAsync(ChatSocket socket, Guest user)
    {
        var reference = Guest.NewId();
        await socket.SendAsync(new { type = "WATCH", user_ids = new[] { user.Id }, @ref = reference });
        var answer = await socket.ExpectAsync("PRESENCE", frame => frame.Has("ref") && frame.Text("ref") == reference);
        var entry = answer.Children("users").Single();
        return (entry.Text("status"), entry.Time("last_seen"));
    }
}
