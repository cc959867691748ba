using System.Net;
using System.Net.Sockets;

namespace FastChat.EndToEndTests.Security;

/// <summary>Storms at the door: they slow themselves, and not those inside.</summary>
[TakesLong]
public sealed class StormTests
{
    private const string Elsewhere = "X-Forwarded-For: 203.0.113.9";

    [Fact]
    public async Task GW20_sockets_that_say_no_HELLO_are_bounded_by_address_and_those_beyond_are_told_when_to_come_back()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__ConnectionsBeforeHelloPerAddress", "5")));
        var ada = await Guest.CreateAsync(server);
        await using var inside = await ada.ConnectAsync();
        var waiting = await OpenAsync(server, 5);

        await using (var over = await RawSocket.ConnectAsync(server.Port))
        {
            await AssertTurnedAwayAsync(over);
        }

        await using (var other = await RawSocket.ConnectAsync(server.Port, Elsewhere))
        {
            await other.SendTextAsync(Json.Write(new { type = "HELLO", token = ada.Token }));
            await other.ExpectAsync("HELLO_ACK");
        }

        await inside.AssertQuietAsync();

        // None of them says HELLO within 5 s: their places are free again.
        foreach (var socket in waiting)
        {
            Assert.Equal(4002, await socket.ExpectEndAsync());
            await socket.DisposeAsync();
        }

        await Eventually.HoldsAsync(() => CanHelloAsync(server, ada.Token), "A place for another");
    }

    [Fact]
    public async Task GW20_an_IPv6_network_of_64_bits_counts_as_one_address()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__ConnectionsPerAddress", "2")));
        await using var first = await RawSocket.ConnectAsync(server.Port, "X-Forwarded-For: 2001:db8:1:2::1");
        await using var second = await RawSocket.ConnectAsync(server.Port, "X-Forwarded-For: 2001:db8:1:2:aaaa::9");
        await using var third = await RawSocket.ConnectAsync(server.Port, "X-Forwarded-For: 2001:db8:1:2:ffff:1:2:3");
        await using var other = await RawSocket.ConnectAsync(server.Port, "X-Forwarded-For: 2001:db8:1:3::1");

        await AssertTurnedAwayAsync(third);
        await other.SendTextAsync("{}");
        Assert.Equal("HELLO_REQUIRED", (await other.ExpectAsync("ERROR")).Text("code"));
    }

    [Fact]
    public async Task GW20_who_is_no_trusted_proxy_cannot_choose_the_address_that_is_counted()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__ConnectionsBeforeHelloPerAddress", "2"), ("TRUSTED_PROXIES", "")));
        await using var first = await RawSocket.ConnectAsync(server.Port, "X-Forwarded-For: 203.0.113.1");
        await using var second = await RawSocket.ConnectAsync(server.Port, "X-Forwarded-For: 203.0.113.2");
        await using var third = await RawSocket.ConnectAsync(server.Port, "X-Forwarded-For: 203.0.113.3");

        await AssertTurnedAwayAsync(third);
    }

    [Fact]
    public async Task GW20_the_node_takes_so_many_sockets_and_beyond_those_it_tells_only_a_503()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__Connections", "10")));
        var ada = await Guest.CreateAsync(server);
        await using var inside = await ada.ConnectAsync();
        var all = new List<RawSocket>();

        // Many at once: those who come and say nothing have five seconds.
        for (var number = 0; number < 1500 && !all.Exists(socket => socket.Status == 503); number += 50)
        {
            all.AddRange(await Task.WhenAll(Enumerable.Range(number, 50).Select(one => RawSocket.TryConnectAsync(server.Port, $"X-Forwarded-For: 198.51.100.{one % 200}"))));
        }

        Assert.All(all, socket => Assert.True(socket.Status is 101 or 503, $"{socket.Status}"));
        var turnedAway = all.Find(socket => socket.Status == 503);
        Assert.NotNull(turnedAway);
        Assert.InRange(int.Parse(turnedAway.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 6);
        Assert.Equal("nosniff", turnedAway.Headers["X-Content-Type-Options"]);
        await inside.AssertQuietAsync();
        (await ada.Api.GetAsync("/api/me")).Is(200);
        foreach (var socket in all)
        {
            await socket.DisposeAsync();
        }

        await Eventually.HoldsAsync(() => CanHelloAsync(server, ada.Token), "A place for another");
    }

    [Fact]
    public async Task GW21_a_storm_of_HELLOs_is_told_to_come_back_and_those_inside_talk_on()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__HellosPerSecond", "2")));
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await using var adas = await ada.ConnectAsync();
        await using var bobs = await bob.ConnectAsync();

        var storm = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => StormAsync(server, ada.Token, 40))));
        var slowest = TimeSpan.Zero;
        var sent = 0;
        while (!storm.IsCompleted || sent < 10)
        {
            var before = adas.Now;
            await adas.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = $"talk {++sent}" }, "MSG_ACK");
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, (adas.Now - before).Ticks));
        }

        var turnedAway = (await storm).Sum();
        Assert.True(turnedAway > 100, $"Only {turnedAway} of 320 were turned away.");
        Assert.InRange(slowest.TotalSeconds, 0, 5);
        await bobs.ExpectAsync("MSG", message => message.Text("content") == $"talk {sent}");

        // The storm over, there is room.
        await Eventually.HoldsAsync(() => CanHelloAsync(server, bob.Token), "Room for another");
    }

    [Fact]
    public async Task REST1_calls_are_counted_by_address_before_anything_of_them_is_looked_at()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__RequestsPerMinute", "4")));
        for (var number = 0; number < 4; number++)
        {
            (await server.Api.GetAsync("/api/me")).Is(401);
        }

        (await server.Api.GetAsync("/api/me")).IsRateLimited();
        (await server.Api.GetAsync("/api/me", ("X-Forwarded-For", "203.0.113.7"))).Is(401);
        (await server.Api.GetAsync("/health/live")).Is(200);
    }

    [Fact]
    public async Task SEC_a_direct_peer_has_so_many_TCP_connections_and_no_more()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__ConnectionsPerAddress", "10"), ("TRUSTED_PROXIES", "")));
        var idle = new List<TcpClient>();
        try
        {
            // 10 sockets and 64 calls; what comes later is ended without a word.
            for (var number = 0; number < 100; number++)
            {
                var client = new TcpClient();
                idle.Add(client);
                await TryConnectAsync(client, server.Port);
            }

            await Eventually.HoldsAsync(() => idle.Count(HasEnded) >= 20, "An end of those beyond the bound");
            Assert.InRange(idle.Count(HasEnded), 20, 40);
        }
        finally
        {
            idle.ForEach(client => client.Dispose());
        }

        await Eventually.HoldsAsync(async () => await server.Api.StatusAsync("/health/live") == 200, "An answer for others");
    }

    private static async Task TryConnectAsync(TcpClient client, int port)
    {
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
        }
        catch (SocketException)
        {
            // Ended before the connecting was through, which counts as ended.
        }
    }

    private static bool HasEnded(TcpClient client)
    {
        try
        {
            return !client.Connected || client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Receive(new byte[1], SocketFlags.Peek) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<List<RawSocket>> OpenAsync(ServerProcess server, int count)
    {
        var all = new List<RawSocket>();
        while (all.Count < count)
        {
            all.Add(await RawSocket.ConnectAsync(server.Port));
        }

        return all;
    }

    private static async Task AssertTurnedAwayAsync(RawSocket socket)
    {
        var error = await socket.ExpectAsync("ERROR");
        Assert.Equal("UNAVAILABLE", error.Text("code"));
        Assert.InRange(error.Number("retry_after_ms"), 1000, 6000);
        Assert.Equal(1013, await socket.ExpectEndAsync());
    }

    /// <summary>Connects as fast as it goes; how often it was turned away.</summary>
    private static async Task<int> StormAsync(ServerProcess server, string token, int attempts)
    {
        var turnedAway = 0;
        var hello = Json.Write(new { type = "HELLO", token });
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            await using var socket = await RawSocket.ConnectAsync(server.Port);
            await socket.SendTextAsync(hello);
            var answer = Json.Parse((await socket.ReadAsync(Patience.Answer))!.Text);
            turnedAway += answer.Text("type") == "ERROR" && answer.Text("code") == "UNAVAILABLE" ? 1 : 0;
        }

        return turnedAway;
    }

    private static async Task<bool> CanHelloAsync(ServerProcess server, string token)
    {
        await using var socket = await RawSocket.TryConnectAsync(server.Port);
        if (socket.Status != 101)
        {
            return false;
        }

        try
        {
            await socket.SendTextAsync(Json.Write(new { type = "HELLO", token }));
        }
        catch (IOException)
        {
            return false;
        }

        var frame = await socket.ReadAsync(Patience.Answer);
        return frame is { Opcode: RawSocket.TextFrame } && Json.Parse(frame.Text).Text("type") == "HELLO_ACK";
    }
}
