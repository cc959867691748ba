namespace FastChat.EndToEndTests.Cluster;

public sealed class PresenceOverTheBusTests(NodesOverPostgres nodes) : PresenceAcrossNodesTests(nodes), IClassFixture<NodesOverPostgres>;

public sealed class PresenceWithoutTheBusTests(DeafNodes nodes) : PresenceAcrossNodesTests(nodes), IClassFixture<DeafNodes>;

/// <summary>Who is at one node is shown at every other, over the bus or without it; the database is enough.</summary>
[Trait("Database", "Own")]
public abstract class PresenceAcrossNodesTests(NodePair nodes) : IAsyncLifetime
{
    /// <summary>What is shown counts here, not how soon (<see cref="PresenceInTimeTests"/>): twice the promise, for other tests run beside these.</summary>
    private static readonly TimeSpan Reconciled = Patience.Bound(5);

    private ServerProcess One => nodes.First;

    private ServerProcess Other => nodes.Second;

    /// <summary>Waits until the previous test's guests are offline on both nodes.</summary>
    public async ValueTask InitializeAsync()
    {
        var asking = await Guest.CreateAsync(One);
        foreach (var node in new[] { One, Other })
        {
            var api = (asking with { Server = node }).Api;
            await Eventually.HoldsAsync(
                async () => (await api.GetAsync("/api/presence/online")).Is(200).Json.Number("online_count") == 0, "nobody is online", Patience.Bound(20));
        }
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task PR1_PR5_who_connects_to_one_node_is_shown_and_counted_at_the_other_and_goes_there_too()
    {
        await using var watching = await (await Guest.CreateAsync(One)).ConnectAsync();
        var guest = await Guest.CreateAsync(Other);
        for (var round = 0; round < 3; round++)
        {
            await using var socket = await guest.ConnectAsync();
            var shown = await watching.SeesAsync(guest, "online", Reconciled);
            Assert.Equal(2, shown.Number("online_count"));
            await socket.SendAsync(new { type = "STATUS", status = "away" });
            await watching.SeesAsync(guest, "away", Reconciled);
            await socket.CloseAsync();
            await watching.SeesAsync(guest, "offline", TimeSpan.FromSeconds(3) + Reconciled);
        }

        Assert.Equal(["online", "away", "offline", "online", "away", "offline", "online", "away", "offline"], watching.HistoryOf(guest));
    }

    [Fact]
    public async Task PR5_the_list_of_a_newcomer_the_directory_and_WATCH_know_who_is_at_the_other_node()
    {
        var (here, there) = (await Guest.CreateAsync(One), await Guest.CreateAsync(Other));
        await using var away = await there.ConnectAsync();
        await away.SendAsync(new { type = "STATUS", status = "away" });
        await Eventually.HoldsAsync(
            async () => (await here.Api.GetAsync("/api/presence/online")).Is(200).Json.StatusOf(there) == "away", "the directory", Reconciled);
        await using var socket = await here.ConnectAsync();
        var list = await socket.ExpectAsync("PRESENCE", frame => frame.Flag("full"));
        Assert.Equal(("away", 2L), (list.StatusOf(there), list.Number("online_count")));
        var watched = await socket.AskAsync(new { type = "WATCH", user_ids = new[] { there.Id } }, "PRESENCE");
        Assert.Equal("away", watched.StatusOf(there));
    }

    [Fact]
    public async Task PR2_with_a_tab_at_each_node_a_user_is_here_until_both_are_closed_and_away_if_both_are()
    {
        await using var watching = await (await Guest.CreateAsync(One)).ConnectAsync();
        var guest = await Guest.CreateAsync(One);
        await using var tab = await guest.ConnectAsync();
        await watching.SeesAsync(guest, "online", Reconciled);
        await using var second = await (guest with { Server = Other }).ConnectAsync();
        await FenceAsync(watching);
        await tab.SendAsync(new { type = "STATUS", status = "away" });
        await FenceAsync(watching);
        await second.SendAsync(new { type = "STATUS", status = "away" });
        await watching.SeesAsync(guest, "away", Reconciled);
        await tab.CloseAsync();
        await FenceAsync(watching);
        await second.CloseAsync();
        await watching.SeesAsync(guest, "offline", TimeSpan.FromSeconds(3) + Reconciled);
        var history = watching.HistoryOf(guest);
        Assert.Equal(["away", "offline"], history.SkipWhile(status => status == "online"));
    }

    [Fact]
    public async Task PR3_a_reload_that_lands_at_the_other_node_shows_nothing()
    {
        await using var watching = await (await Guest.CreateAsync(One)).ConnectAsync();
        await using var alsoWatching = await (await Guest.CreateAsync(Other)).ConnectAsync();
        var guest = await Guest.CreateAsync(One);
        var sockets = new List<ChatSocket> { await guest.ConnectAsync() };
        await watching.SeesAsync(guest, "online", Reconciled);
        await alsoWatching.SeesAsync(guest, "online", Reconciled);
        for (var round = 0; round < 4; round++)
        {
            await sockets[^1].CloseAsync();
            sockets.Add(await (guest with { Server = round % 2 == 0 ? Other : One }).ConnectAsync());
        }

        await FenceAsync(watching);
        Assert.Equal(["online"], watching.HistoryOf(guest));
        Assert.Equal(["online"], alsoWatching.HistoryOf(guest));
        foreach (var socket in sockets)
        {
            await socket.DisposeAsync();
        }
    }

    [Fact]
    public async Task PR7_a_new_name_given_at_one_node_is_shown_at_the_other_and_to_those_who_share_a_chat()
    {
        var (guest, friend) = (await Guest.CreateAsync(One), await Guest.CreateAsync(One));
        await guest.OpenChatAsync(friend);
        await using var watching = await (friend with { Server = Other }).ConnectAsync();
        (await guest.Api.PatchAsync("/api/me", new { display_name = "Away But New" })).Is(200);
        await watching.ExpectAsync("PRESENCE", frame => NameOf(frame, guest) == "Away But New", Reconciled);
        await using var socket = await guest.ConnectAsync();
        await watching.SeesAsync(guest, "online", Reconciled);
        (await (guest with { Server = Other }).Api.PatchAsync("/api/me", new { display_name = "Here And Newer" })).Is(200);
        await socket.ExpectAsync("PRESENCE", frame => NameOf(frame, guest) == "Here And Newer", Reconciled);
        await watching.ExpectAsync("PRESENCE", frame => NameOf(frame, guest) == "Here And Newer", Reconciled);
    }

    private static string? NameOf(System.Text.Json.Nodes.JsonObject presence, Guest guest) =>
        presence.Children("users").FirstOrDefault(user => user.Text("user_id") == guest.Id)?.Text("display_name");

    /// <summary>Somebody came to the other node and left again, and has been seen to: what happened before has been shown.</summary>
    private async Task FenceAsync(ChatSocket watching)
    {
        var leaver = await Guest.CreateAsync(Other);
        await using (var socket = await leaver.ConnectAsync())
        {
            await watching.SeesAsync(leaver, "online", Reconciled);
            await socket.CloseAsync();
        }

        await watching.SeesAsync(leaver, "offline", TimeSpan.FromSeconds(3) + Reconciled);
    }
}
