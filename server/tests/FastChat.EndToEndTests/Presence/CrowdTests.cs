namespace FastChat.EndToEndTests.Presence;

/// <summary>PR5, PR6: counts, lists that get too long, and gathered changes.</summary>
public sealed class CrowdTests
{
    private const int Listed = 10;

    [Fact]
    public async Task PR5_online_count_counts_all_who_are_not_offline_oneself_included()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);

        await using var alone = await ada.ConnectAsync();
        Assert.Equal(1, (await alone.ExpectAsync("PRESENCE")).Number("online_count"));
        await using var first = await bob.ConnectAsync();
        Assert.Equal(2, (await alone.SeesAsync(bob, "online")).Number("online_count"));
        Assert.Equal(2, (await first.ExpectAsync("PRESENCE")).Number("online_count"));
        await using var second = await bob.ConnectAsync();
        Assert.Equal(2, (await second.ExpectAsync("PRESENCE")).Number("online_count"));
        await first.SendAsync(new { type = "STATUS", status = "away" });
        await second.SendAsync(new { type = "STATUS", status = "away" });
        Assert.Equal(2, (await alone.SeesAsync(bob, "away")).Number("online_count"));
        await first.CloseAsync();
        await second.CloseAsync();
        Assert.Equal(1, (await alone.SeesAsync(bob, "offline")).Number("online_count"));
    }

    [Fact]
    public async Task PR5_a_list_that_gets_too_long_is_not_sent_again_until_it_is_short_enough()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Presence__ListedUsers", $"{Listed}")));
        var ada = await Guest.CreateAsync(server);
        await using var watching = await ada.ConnectAsync();
        var list = await watching.ExpectAsync("PRESENCE");
        Assert.Equal((true, true), (list.Flag("full"), list.Flag("complete")));

        var crowd = new List<(Guest Guest, ChatSocket Socket)>();
        for (var number = 0; number < 13; number++)
        {
            var guest = await Guest.CreateAsync(server);
            crowd.Add((guest, await guest.ConnectAsync()));
        }

        var turned = await watching.ExpectAsync("PRESENCE", frame => !frame.Flag("complete"));
        Assert.False(turned.Flag("full"));
        await watching.UntilAsync(all => all[^1].Frame is var last && last.Text("type") == "PRESENCE" && last.Number("online_count") == 14,
            "online_count 14");
        Assert.Single(watching.Presences(), item => item.Frame.Flag("full"));

        await AssertNewcomersListAsync(server);
        await AssertOnlyTheWatchedAreToldAsync(watching, crowd[0], crowd[1]);
        await AssertTheCountAloneFollowsAsync(server, watching);
        await AssertARenameReachesAChatAsync(ada, watching, crowd[2].Guest);

        foreach (var (_, socket) in crowd.Skip(4))
        {
            await socket.CloseAsync();
        }

        var back = await watching.ExpectAsync("PRESENCE", frame => frame.Flag("full"));
        Assert.True(back.Flag("complete"));
        Assert.InRange(back.Number("online_count"), 5, Listed - 1);
        foreach (var (guest, _) in crowd.Take(4))
        {
            Assert.NotNull(back.StatusOf(guest));
        }

        foreach (var (_, socket) in crowd)
        {
            await socket.DisposeAsync();
        }
    }

    private static async Task AssertNewcomersListAsync(ServerProcess server)
    {
        var late = await Guest.CreateAsync(server);
        await using var socket = await late.ConnectAsync();
        var list = await socket.ExpectAsync("PRESENCE");
        Assert.Equal((true, false), (list.Flag("full"), list.Flag("complete")));
        Assert.InRange(list.Children("users").Length, 1, Listed);
        Assert.InRange(list.Number("online_count"), 15, 16);
        await socket.CloseAsync();
    }

    private static async Task AssertOnlyTheWatchedAreToldAsync(ChatSocket watching, (Guest Guest, ChatSocket Socket) watched, (Guest Guest, ChatSocket Socket) other)
    {
        await watching.SendAsync(new { type = "WATCH", user_ids = new[] { watched.Guest.Id }, @ref = "watch" });
        await watching.ExpectAsync("PRESENCE", frame => frame.Has("ref"));
        var before = watching.HistoryOf(other.Guest).Length;

        await other.Socket.SendAsync(new { type = "STATUS", status = "away" });
        await other.Socket.FenceAsync();
        await watched.Socket.SendAsync(new { type = "STATUS", status = "away" });
        await watching.SeesAsync(watched.Guest, "away");
        await watched.Socket.SendAsync(new { type = "STATUS", status = "online" });
        await watching.SeesAsync(watched.Guest, "online");

        Assert.Equal(before, watching.HistoryOf(other.Guest).Length);
    }

    private static async Task AssertTheCountAloneFollowsAsync(ServerProcess server, ChatSocket watching)
    {
        var count = watching.Presences()[^1].Frame.Number("online_count");
        var (one, two) = await Guest.PairAsync(server);
        await using var first = await one.ConnectAsync();
        await using var second = await two.ConnectAsync();
        var start = watching.Now;

        await watching.UntilAsync(all => all[^1].Frame is var last && last.Text("type") == "PRESENCE" && last.Number("online_count") > count,
            "a higher online_count");

        Assert.InRange((watching.Presences()[^1].At - start).TotalSeconds, -Patience.Bound(5).TotalSeconds, Patience.Bound(5).TotalSeconds);
        Assert.Empty(watching.HistoryOf(one).Concat(watching.HistoryOf(two)));
        await first.CloseAsync();
        await second.CloseAsync();
    }

    private static async Task AssertARenameReachesAChatAsync(Guest ada, ChatSocket watching, Guest member)
    {
        await ada.PostMessageAsync(await ada.OpenChatAsync(member), "hello");

        (await member.Api.PatchAsync("/api/me", new { display_name = "Renamed" })).Is(200);

        await watching.ExpectAsync("PRESENCE", frame => frame.Children("users")
            .Any(user => user.Text("user_id") == member.Id && user.Text("display_name") == "Renamed"));
    }
}

[Collection(Alone.Name)]
public sealed class GatheredChangesTests
{
    [Fact]
    public async Task PR6_changes_are_gathered_to_at_most_one_PRESENCE_a_second()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var ada = await Guest.CreateAsync(server);
        await using var watching = await ada.ConnectAsync();
        await watching.UntilQuietAsync(TimeSpan.FromSeconds(1.2));

        var start = watching.Now;
        var firstHere = start;
        var crowd = new List<(Guest Guest, ChatSocket Socket)>();
        while (crowd.Count < 30 || watching.Now - start < TimeSpan.FromSeconds(3.5))
        {
            var guest = await Guest.CreateAsync(server);
            crowd.Add((guest, await guest.ConnectAsync()));
            firstHere = crowd.Count == 1 ? watching.Now : firstHere;
            await Task.Delay(60);
        }

        foreach (var (guest, socket) in crowd)
        {
            await watching.UntilAsync(all => all.Any(item => item.Frame.Text("type") == "PRESENCE" && item.Frame.StatusOf(guest) is not null), guest.Name);
            await socket.DisposeAsync();
        }

        var times = watching.Presences().Select(item => item.At).Where(at => at >= start).ToList();
        Assert.InRange((times[0] - firstHere).TotalSeconds, -1, Patience.For(0.8).TotalSeconds);
        Assert.InRange(times.Count, 3, 3 + (int)(times[^1] - start).TotalSeconds);
        for (var index = 1; index < times.Count; index++)
        {
            Assert.InRange((times[index] - times[index - 1]).TotalSeconds, 0.85 / Patience.Factor, Patience.For(3).TotalSeconds);
        }

        var told = watching.Presences().Where(item => item.At >= start).SelectMany(item => item.Frame.Children("users")).Select(user => user.Text("user_id")).ToList();
        Assert.Equal(told.Count, told.Distinct(StringComparer.Ordinal).Count());
    }
}
