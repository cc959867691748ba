using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>Sockets through nginx: they live as long as they should, through reloads, and past a node that is leaving.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class NginxSocketTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/chat")]
    public async Task NGINX_reloaded_it_keeps_people_talking_and_takes_new_ones(string prefix)
    {
        await using var node = await ServerProcess.StartAsync(Settings.NoLimitsBut(("PATH_BASE", prefix)));
        await using var nginx = await Nginx.StartAsync([node.Port], prefix);
        var root = new Uri($"http://127.0.0.1:{nginx.Port}{prefix}/");
        var (ada, bob) = (await Visitor.ArriveAsync(root), await Visitor.ArriveAsync(root));
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();
        await Visitor.SayAsync(mine, theirs, chat, "before");

        await nginx.ReloadAsync();
        await Visitor.SayAsync(mine, theirs, chat, "while old workers hold the sockets");
        await using var late = await bob.ConnectAsync();
        await Visitor.SayAsync(mine, late, chat, "to a socket of the new workers");
        Assert.Null(mine.CloseCode);
    }

    [Fact]
    public async Task GW5_pings_pass()
    {
        await using var node = await ServerProcess.StartAsync();
        await using var nginx = await Nginx.StartAsync([node.Port]);
        var ada = await Visitor.ArriveAsync(new Uri($"http://127.0.0.1:{nginx.Port}/"));
        await using var socket = await RawSocket.ConnectAsync(nginx.Port);
        await socket.SendTextAsync(Json.Write(new { type = "HELLO", token = ada.Token }));
        await socket.ExpectAsync("HELLO_ACK");

        WireFrame? frame;
        do
        {
            frame = Assert.IsType<WireFrame>(await socket.ReadAsync(Patience.Bound(10)));
        }
        while (frame.Opcode != RawSocket.Ping);

        Assert.True(frame.Final);
    }

    [Fact]
    public async Task GW6_while_a_node_leaves_new_sockets_go_to_another_one_and_nobody_is_refused()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var settings = Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(await postgres.CreateDatabaseAsync())));
        await using var leaving = await ServerProcess.StartAsync(settings);
        await using var staying = await ServerProcess.StartAsync(settings);
        await using var nginx = await Nginx.StartAsync([leaving.Port]);
        var root = new Uri($"http://127.0.0.1:{nginx.Port}/");
        var crowd = new List<Visitor>();
        var before = new List<ChatSocket>();
        while (crowd.Count < 20)
        {
            crowd.Add(await Visitor.ArriveAsync(root));
            before.Add(await crowd[^1].ConnectAsync());
        }

        nginx.SetNodes(leaving.Port, staying.Port);
        await nginx.ReloadAsync();
        leaving.AskToStop();
        await before[0].ExpectAsync("RECONNECT");
        foreach (var visitor in crowd)
        {
            // Make before break: the successor is greeted by another node, through the same proxy.
            await using var successor = await visitor.ConnectAsync();
            Assert.Null(successor.CloseCode);
        }

        Assert.Equal(0, await leaving.ExitedWithinAsync(Patience.Bound(20)));
        (await crowd[0].Api.PatchAsync("api/me", new { display_name = "Still here" })).Is(200);
        foreach (var socket in before)
        {
            Assert.Equal(1012, await socket.ExpectCloseAsync());
            await socket.DisposeAsync();
        }
    }
}
