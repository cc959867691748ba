namespace FastChat.EndToEndTests.Limits;

/// <summary>How many connections, and how many new guests.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public async Task LIMIT_the_eleventh_connection_of_a_user_is_closed_with_4005_and_the_others_stay()
    {
        await using var server = await ServerProcess.StartAsync();
        var (ada, bob) = await Guest.PairAsync(server);
        var open = new List<ChatSocket>();
        try
        {
            for (var number = 0; number < 10; number++)
            {
                open.Add(await ada.ConnectAsync());
            }

            await using (var over = await ChatSocket.ConnectAsync(server.Root))
            {
                await over.SendAsync(new { type = "HELLO", token = ada.Token });
                Assert.Equal(4005, await over.ExpectCloseAsync());
                Assert.DoesNotContain(over.Arrivals, item => item.Frame.Text("type") == "HELLO_ACK");
            }

            await using var other = await bob.ConnectAsync();
            foreach (var socket in open)
            {
                await socket.AssertQuietAsync();
            }

            await open[3].CloseAsync();
            await using var again = await ConnectWhenFreeAsync(ada);
            await again.AskAsync(new { type = "PING" }, "PONG");
        }
        finally
        {
            foreach (var socket in open)
            {
                await socket.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task LIMIT_who_catches_up_when_too_many_do_is_told_when_to_come_back()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__SyncsPerSecond", "1")));
        var ada = await Guest.CreateAsync(server);
        var ask = new { epoch = (string?)null, revs = new { } };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ada.Api.PostAsync("/api/sync", ask)));
        Assert.InRange(answers.Count(answer => answer.Status == 200), 2, 4);
        foreach (var refused in answers.Where(answer => answer.Status != 200))
        {
            Assert.InRange(int.Parse(refused.IsProblem(503, "UNAVAILABLE").Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 20);
        }

        await using var live = await ada.ConnectAsync();
        await live.AskAsync(new { type = "PING" }, "PONG");
    }

    [Fact]
    public async Task LIMIT_new_guests_are_counted_per_address_and_hour()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__GuestsPerHour", "3")));
        var ada = await Guest.CreateAsync(server);
        var link = (await ada.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");
        for (var number = 1; number < 3; number++)
        {
            await Guest.CreateAsync(server);
        }

        (await server.Api.PostAsync("/api/sessions", new { })).IsRateLimited();

        // Neither a link nor a refresh makes a guest; another address has its own count.
        (await server.Api.PostAsync("/api/sessions", new { link_token = link })).Is(201);
        (await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.RefreshToken })).Is(200);
        (await FromAsync(server, "203.0.113.7")).Is(201);
    }

    [Fact]
    public async Task LIMIT_an_ipv6_network_of_64_bits_counts_as_one_address()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__GuestsPerHour", "2")));

        (await FromAsync(server, "2001:db8:1:2::1")).Is(201);
        (await FromAsync(server, "2001:db8:1:2:aaaa::9")).Is(201);
        (await FromAsync(server, "2001:db8:1:2:ffff:1:2:3")).IsRateLimited();
        (await FromAsync(server, "2001:db8:1:3::1")).Is(201);
        (await FromAsync(server, "203.0.113.7")).Is(201);
    }

    [Fact]
    public async Task LIMIT_who_is_no_trusted_proxy_cannot_choose_an_address()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__GuestsPerHour", "2"), ("TRUSTED_PROXIES", "192.0.2.1")));

        (await FromAsync(server, "203.0.113.7")).Is(201);
        (await FromAsync(server, "203.0.113.8")).Is(201);
        (await FromAsync(server, "203.0.113.9")).IsRateLimited();
    }

    [Fact]
    public async Task LIMIT_a_shorter_message_length_is_announced_and_kept()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Limits__MessageLength", "10")));
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ChatSocket.ConnectAsync(server.Root);

        var hello = await socket.AskAsync(new { type = "HELLO", token = ada.Token }, "HELLO_ACK");
        Assert.Equal(10, hello.Child("limits").Number("message_length"));
        await socket.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = string.Concat(Enumerable.Repeat("😀", 10)) }, "MSG_ACK");
        await socket.RefusedAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = new string('x', 11) }, "TOO_LARGE");
    }

    private static Task<ApiAnswer> FromAsync(ServerProcess server, string address) =>
        server.Api.PostAsync("/api/sessions", new { }, ("X-Forwarded-For", address));

    /// <summary>The closed connection's place is free once the server is through with it.</summary>
    private static async Task<ChatSocket> ConnectWhenFreeAsync(Guest guest)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var socket = await ChatSocket.ConnectAsync(guest.Server.Root);
            await socket.SendAsync(new { type = "HELLO", token = guest.Token });
            await socket.UntilAsync(all => all.Count > 0 || socket.CloseCode is not null, "HELLO_ACK or 4005");
            if (socket.CloseCode is null && socket.Arrivals[0].Frame.Text("type") == "HELLO_ACK")
            {
                return socket;
            }

            await socket.DisposeAsync();
            await Task.Delay(50);
        }

        Assert.Fail("The place of a closed connection did not become free.");
        throw new InvalidOperationException();
    }
}
