namespace FastChat.EndToEndTests.Rest;

/// <summary>The presence calls, on users whose names nobody else has.</summary>
public sealed class PresenceCallTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task REST_a_heartbeat_says_how_one_is_seen_and_too_soon_a_second_one_is_429()
    {
        var ada = await Guest.CreateAsync(Server);

        var alive = (await ada.Api.PostAsync("/api/presence/heartbeat", new { })).Is(200).Json;

        alive.AssertMembers("user_id", "status", "last_seen");
        Assert.Equal((ada.Id, "online"), (alive.Text("user_id"), alive.Text("status")));
        alive.Time("last_seen");
        (await ada.Api.PostAsync("/api/presence/heartbeat", new { })).IsRateLimited();
    }

    [Fact]
    public async Task REST_a_heartbeat_needs_no_body()
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.SendAsync(HttpMethod.Post, "/api/presence/heartbeat", content: null)).Is(200);
        (await (await Guest.CreateAsync(Server)).Api.PostAsync("/api/presence/heartbeat", "[]")).IsProblem(400, "INVALID_JSON");
    }

    [Fact]
    public async Task REST_the_directory_finds_a_part_of_a_name_whatever_its_case()
    {
        var word = Word();
        var ada = await OnlineAsync($"Ada {word} L");
        await OnlineAsync($"Bob {word.ToUpperInvariant()}");
        var offline = await Guest.CreateAsync(Server, $"{word} off");

        var found = (await ada.Api.GetAsync($"/api/presence/online?q={word[..^1].ToUpperInvariant()}")).Is(200).Json;

        found.AssertMembers("users", "online_count", "next_cursor");
        Assert.True(found.IsNull("next_cursor"));
        Assert.InRange(found.Number("online_count"), 2, 100_000);
        Assert.Equal(new[] { $"Ada {word} L", $"Bob {word.ToUpperInvariant()}" },
            found.Children("users").Select(user => user.Text("display_name")).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(offline.Id, found.ToJsonString(), StringComparison.Ordinal);
        foreach (var user in found.Children("users"))
        {
            user.AssertMembers("user_id", "display_name", "status", "last_seen");
            Assert.Equal("online", user.Text("status"));
            user.Time("last_seen");
        }
    }

    [Theory]
    [InlineData("Élodie", "éLO")]
    [InlineData("Жанна", "жАНН")]
    [InlineData("50% off", "50%")]
    [InlineData("snake_case", "KE_C")]
    [InlineData("back\\slash", "k\\s")]
    [InlineData("O'Hara\"", "o'h")]
    public async Task REST_a_search_takes_its_words_literally(string name, string query)
    {
        var word = Word();
        var ada = await OnlineAsync($"{word} {name}");
        await OnlineAsync($"{word} plain");

        var found = (await ada.Api.GetAsync($"/api/presence/online?q={Uri.EscapeDataString($"{word} {query}")}")).Is(200).Json.Children("users");
        var everything = (await ada.Api.GetAsync($"/api/presence/online?q={Uri.EscapeDataString($"{word}%")}")).Is(200).Json.Children("users");

        if (name.StartsWith(query, StringComparison.OrdinalIgnoreCase))
        {
            Assert.Equal(ada.Id, Assert.Single(found).Text("user_id"));
        }

        Assert.DoesNotContain(found, user => user.Text("display_name") == $"{word} plain");
        Assert.Empty(everything);
        var direct = (await ada.Api.GetAsync($"/api/presence/online?q={Uri.EscapeDataString(query)}&limit=200")).Is(200).Json.Children("users");
        Assert.Contains(ada.Id, direct.Select(user => user.Text("user_id")));
    }

    [Fact]
    public async Task REST_the_directory_is_paged_each_user_once()
    {
        var word = Word();
        var all = new List<Guest>();
        for (var number = 0; number < 7; number++)
        {
            all.Add(await OnlineAsync($"{word} {number}"));
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await all[0].Api.GetAsync($"/api/presence/online?q={word}&limit=3{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}"))
                .Is(200).Json;
            Assert.InRange(page.Children("users").Length, 1, 3);
            seen.AddRange(page.Children("users").Select(user => user.Text("user_id")));
            cursor = page.IsNull("next_cursor") ? null : page.Text("next_cursor");
        }
        while (cursor is not null && seen.Count < 20);

        Assert.Equal(all.Select(guest => guest.Id).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    private async Task<Guest> OnlineAsync(string name)
    {
        var guest = await Guest.CreateAsync(Server, name);
        (await guest.Api.PostAsync("/api/presence/heartbeat", new { })).Is(200);
        return guest;
    }

    private static string Word() => "z" + Guid.NewGuid().ToString("N")[..10];
}
