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
        var gone = await watching.SeesAsync(carol, "offline", TimeSpan.FromSeconds(24));

        var at = watching.Presences().First(item => ReferenceEquals(item.Frame, gone)).At;
        Assert.InRange((at - start).TotalSeconds, 13, 20);
        await watching.FenceByNewcomerAsync(server);
        Assert.Equal(["online"], watching.HistoryOf(bob).Distinct(StringComparer.Ordinal));
        await bobsLaptop.AssertQuietAsync();
    }
}

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
        while (true)
        {
            var online = (await ada.Api.GetAsync("/api/presence/online")).Is(200).Json;
            if (online.Number("online_count") == 1)
            {
                Assert.Equal(ada.Id, Assert.Single(online.Children("users")).Text("user_id"));
                break;
            }

            Assert.True(since.Elapsed < TimeSpan.FromSeconds(20), online.ToJsonString());
            await Task.Delay(100);
        }

        await using var again = await bob.ConnectAsync();
        await watching.SeesAsync(bob, "online");
    }
}

public sealed class HeartbeatPresenceTests
{
    [Fact]
    public async Task PR2_a_client_without_a_socket_is_online_while_its_heartbeats_come()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Presence__HeartbeatTimeoutSeconds", "7")));
        var (ada, bob) = await Guest.PairAsync(server);
        await using var watching = await ada.ConnectAsync();

        (await bob.Api.PostAsync("/api/presence/heartbeat", new { })).Is(200);
        await watching.SeesAsync(bob, "online", TimeSpan.FromSeconds(3));
        Assert.Equal(2, (await ada.Api.GetAsync("/api/presence/online")).Is(200).Json.Number("online_count"));
        (await bob.Api.PostAsync("/api/presence/heartbeat", new { })).IsRateLimited();

        // The next one is due after 5 s and carries the user over the end of the first.
        await Task.Delay(TimeSpan.FromSeconds(5.2));
        (await bob.Api.PostAsync("/api/presence/heartbeat", new { })).Is(200);
        var start = watching.Now;
        var gone = await watching.SeesAsync(bob, "offline", TimeSpan.FromSeconds(20));

        var at = watching.Presences().First(item => ReferenceEquals(item.Frame, gone)).At;
        Assert.InRange((at - start).TotalSeconds, 6, 15);
        Assert.Equal(1, (await ada.Api.GetAsync("/api/presence/online")).Is(200).Json.Number("online_count"));
    }
}
