namespace FastChat.EndToEndTests.Presence;

/// <summary>PR4: those who vanish without a word.</summary>
[Collection(Alone.Name)]
public sealed class DeadConnectionTests(PresenceServer presence) : IClassFixture<PresenceServer>
{
    [Fact]
    public async Task PR4_a_dead_device_shows_within_20_s_unless_its_user_is_connected_elsewhere()
    {
        var server = presence.Server;
        var (ada, bob) = await Guest.PairAsync(server);
        var carol = await Guest.CreateAsync(server);
        await using var watching = await ada.ConnectAsync();
        await using var bobsLaptop = await bob.ConnectAsync();
        await using var bobsDeadPhone = await bob.ConnectRawAsync();
        await using var carolsDeadPhone = await carol.ConnectRawAsync();
        await watching.SeesAsync(carol, "online");

        // From here on nobody reads the two phones, so no ping of the server is answered.
        var start = watching.Now;
        var gone = await watching.SeesAsync(carol, "offline", Patience.For(24));

        var at = watching.Presences().First(item => ReferenceEquals(item.Frame, gone)).At;
        Assert.InRange((at - start).TotalSeconds, 13, Patience.For(20).TotalSeconds);
        await watching.FenceByNewcomerAsync(server);
        Assert.Equal(["online"], watching.HistoryOf(bob).Distinct(StringComparer.Ordinal));
        await bobsLaptop.AssertQuietAsync();
    }
}

[TakesLong]
public sealed class KilledServerPresenceTests
{
    [Fact]
    public async Task PR4_the_users_of_a_killed_server_are_shown_offline_within_20_s()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        await using (await bob.ConnectAsync())
        {
            await server.KillAsync();
        }

        var since = System.Diagnostics.Stopwatch.StartNew();
        await server.StartAgainAsync();
        await using var watching = await ada.ConnectAsync();
        System.Text.Json.Nodes.JsonObject online = [];
        await Eventually.HoldsAsync(
            async () => (online = (await ada.Api.GetAsync("/api/presence/online")).Is(200).Json).Number("online_count") == 1,
            "the killed server's users are gone",
            Patience.Bound(20) - since.Elapsed);
        Assert.Equal(ada.Id, Assert.Single(online.Children("users")).Text("user_id"));

        await using var again = await bob.ConnectAsync();
        await watching.SeesAsync(bob, "online");
    }
}

public sealed class HeartbeatPresenceTests
{
    /// <summary>Long enough that a second heartbeat, due 5 s after the first, comes in time on a slow machine too; in seconds.</summary>
    private const int Timeout = 15;

    [Fact]
    public async Task PR2_a_client_without_a_socket_is_online_while_its_heartbeats_come()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Presence__HeartbeatTimeoutSeconds", $"{Timeout}")));
        var (ada, bob) = await Guest.PairAsync(server);
        await using var watching = await ada.ConnectAsync();

        (await bob.Api.PostAsync("/api/presence/heartbeat", new { })).Is(200);
        await watching.SeesAsync(bob, "online");
        Assert.Equal(2, (await ada.Api.GetAsync("/api/presence/online")).Is(200).Json.Number("online_count"));
        var refused = (await bob.Api.PostAsync("/api/presence/heartbeat", new { })).IsRateLimited();

        // The next one carries the user over the end of the first.
        await Task.Delay(TimeSpan.FromMilliseconds(refused.Json.Number("retry_after_ms")));
        (await bob.Api.PostAsync("/api/presence/heartbeat", new { })).Is(200);
        var start = watching.Now;
        var gone = await watching.SeesAsync(bob, "offline", Patience.For(Timeout + 30));

        var at = watching.Presences().First(item => ReferenceEquals(item.Frame, gone)).At;
        Assert.InRange((at - start).TotalSeconds, Timeout - 1, Timeout + Patience.For(15).TotalSeconds);
        Assert.Equal(1, (await ada.Api.GetAsync("/api/presence/online")).Is(200).Json.Number("online_count"));
    }
}
