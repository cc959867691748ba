namespace FastChat.EndToEndTests.Presence;

/// <summary>PR1, PR2, PR3: coming, leaving, reloading, several tabs.</summary>
public sealed class ComingAndGoingTests(PresenceServer presence) : IClassFixture<PresenceServer>
{
    private ServerProcess Server => presence.Server;

    [Fact]
    public async Task PR1_who_comes_later_finds_those_who_are_there()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var theirs = await bob.ConnectAsync();
        await using var watching = await ada.ConnectAsync();

        var list = await watching.ExpectAsync("PRESENCE");

        Assert.Equal((true, true, "online"), (list.Flag("full"), list.Flag("complete"), list.StatusOf(bob)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task PR2_closing_one_of_two_tabs_changes_nothing(int closed)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var watching = await ada.ConnectAsync();
        ChatSocket[] tabs = [await bob.ConnectAsync(), await bob.ConnectAsync()];
        await watching.SeesAsync(bob, "online");

        await tabs[closed].CloseAsync();
        await watching.FenceByLeaverAsync(Server);
        Assert.DoesNotContain("offline", watching.HistoryOf(bob));

        await tabs[1 - closed].CloseAsync();
        await watching.SeesAsync(bob, "offline");
        Assert.Single(watching.HistoryOf(bob), status => status == "offline");
        await tabs[0].DisposeAsync();
        await tabs[1].DisposeAsync();
    }

    [Fact]
    public async Task PR2_a_user_is_away_when_all_tabs_are_and_online_when_one_is()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var watching = await ada.ConnectAsync();
        await using var first = await bob.ConnectAsync();
        await using var second = await bob.ConnectAsync();
        await watching.SeesAsync(bob, "online");

        await first.SendAsync(new { type = "STATUS", status = "away" });
        await first.FenceAsync();
        await watching.FenceByNewcomerAsync(Server);
        Assert.DoesNotContain("away", watching.HistoryOf(bob));

        await second.SendAsync(new { type = "STATUS", status = "away" });
        await watching.SeesAsync(bob, "away");
        await using (var third = await ada.ConnectAsync())
        {
            Assert.Equal("away", (await third.ExpectAsync("PRESENCE")).StatusOf(bob));
        }

        await first.SendAsync(new { type = "STATUS", status = "online" });
        await watching.SeesAsync(bob, "online");
        Assert.Equal(["online", "away", "online"], watching.HistoryOf(bob));
    }

    [Fact]
    public async Task PR2_when_the_only_active_tab_closes_the_user_is_away()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var watching = await ada.ConnectAsync();
        await using var active = await bob.ConnectAsync();
        await using var hidden = await bob.ConnectAsync();
        await watching.SeesAsync(bob, "online");
        await hidden.SendAsync(new { type = "STATUS", status = "away" });
        await hidden.FenceAsync();

        await active.CloseAsync();

        await watching.SeesAsync(bob, "away");
        Assert.DoesNotContain("offline", watching.HistoryOf(bob));
    }

    [Fact]
    public async Task PR3_a_reload_within_the_grace_shows_nothing()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var watching = await ada.ConnectAsync();
        await using (var before = await bob.ConnectAsync())
        {
            await watching.SeesAsync(bob, "online");
            await before.CloseAsync();
        }

        await using var after = await bob.ConnectAsync();
        await watching.FenceByLeaverAsync(Server);

        Assert.Equal(["online"], watching.HistoryOf(bob));
    }

    [Theory]
    [InlineData("close frame")]
    [InlineData("FIN")]
    [InlineData("RST")]
    public async Task PR3_after_an_end_that_the_server_was_told_of_there_is_a_grace_of_3_s(string end)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var watching = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectRawAsync();
        await watching.SeesAsync(bob, "online");

        var start = watching.Now;
        switch (end)
        {
            case "close frame":
                await theirs.SendFrameAsync(RawSocket.Close, [0x03, 0xe9]);
                break;
            case "FIN":
                theirs.SendFin();
                break;
            default:
                theirs.SendReset();
                break;
        }

        var gone = await watching.SeesAsync(bob, "offline");
        var at = watching.Presences().First(item => ReferenceEquals(item.Frame, gone)).At;
        Assert.InRange((at - start).TotalSeconds, 2.8, 6);
        Assert.Equal(bob.Name, gone.Children("users").Single(user => user.Text("user_id") == bob.Id).Text("display_name"));
    }

    [Fact]
    public async Task PR7_a_rename_reaches_all_who_see_the_user()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var watching = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        await watching.SeesAsync(bob, "online");

        (await bob.Api.PatchAsync("/api/me", new { display_name = "Robert" })).Is(200);

        var renamed = await watching.ExpectAsync("PRESENCE", frame => NameIn(frame, bob) == "Robert");
        Assert.Equal("online", renamed.StatusOf(bob));
    }

    [Fact]
    public async Task PR7_a_rename_reaches_the_members_of_the_users_chats_though_the_user_is_offline()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "hello");
        await using var watching = await ada.ConnectAsync();

        (await bob.Api.PatchAsync("/api/me", new { display_name = "Robert" })).Is(200);

        var renamed = await watching.ExpectAsync("PRESENCE", frame => NameIn(frame, bob) == "Robert");
        Assert.Equal("offline", renamed.StatusOf(bob));
        Assert.Equal("Robert", MemberName(await ada.ChatAsync(chat), bob));
        var synced = (await ada.Api.PostAsync("/api/sync", new { })).Is(200).Json.Children("chats").Single();
        Assert.Equal("Robert", MemberName(synced.Child("chat"), bob));
    }

    [Fact]
    public async Task PR5_the_first_list_is_full_and_complete_and_comes_once_however_many_come_at_once()
    {
        var sockets = new List<ChatSocket>();
        Guest[] guests = [];
        for (var wave = 0; wave < 4; wave++)
        {
            guests = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => Guest.CreateAsync(Server)));
            sockets.AddRange(await Task.WhenAll(guests.Select(guest => guest.ConnectAsync())));
        }

        foreach (var socket in sockets)
        {
            await socket.UntilAsync(_ => guests.All(guest => socket.HistoryOf(guest).Contains("online")), "all of the last wave");
            var said = string.Join('\n', socket.Presences().Select(item =>
                $"{item.At.TotalSeconds:0.000} full {item.Frame.Flag("full")} complete {item.Frame.Flag("complete")} users {item.Frame.Children("users").Length}"));
            var first = socket.Presences()[0].Frame;
            Assert.True(first.Flag("full") && first.Flag("complete") && socket.Presences().Count(item => item.Frame.Flag("full")) == 1, said);
        }

        foreach (var socket in sockets)
        {
            await socket.DisposeAsync();
        }
    }

    private static string? NameIn(System.Text.Json.Nodes.JsonObject presence, Guest guest) =>
        presence.Children("users").FirstOrDefault(user => user.Text("user_id") == guest.Id)?.Text("display_name");

    private static string MemberName(System.Text.Json.Nodes.JsonObject chat, Guest guest) =>
        chat.Children("members").Single(member => member.Text("user_id") == guest.Id).Text("display_name");
}

[Collection(Alone.Name)]
public sealed class ConnectingShowsTests(PresenceServer presence) : IClassFixture<PresenceServer>
{
    private ServerProcess Server => presence.Server;

    [Fact]
    public async Task PR1_connecting_shows_within_a_second()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var watching = await ada.ConnectAsync();
        await watching.UntilQuietAsync(TimeSpan.FromSeconds(1.2));

        await using var theirs = await bob.ConnectAsync();
        var start = watching.Now;
        var seen = await watching.SeesAsync(bob, "online");

        var at = watching.Presences().First(item => ReferenceEquals(item.Frame, seen)).At;
        Assert.InRange((at - start).TotalSeconds, -1, Patience.For(1).TotalSeconds);
        seen.AssertMembers("type", "full", "complete", "users", "online_count");
        Assert.False(seen.Flag("full"));
        var user = seen.Children("users").Single(one => one.Text("user_id") == bob.Id);
        user.AssertMembers("user_id", "display_name", "status", "last_seen");
        Assert.Equal(bob.Name, user.Text("display_name"));
        user.Time("last_seen");
    }
}
