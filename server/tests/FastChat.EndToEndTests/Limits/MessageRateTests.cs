using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Limits;

/// <summary>GW7 with the limits as they are out of the box: 60 messages a minute, a burst of 20.</summary>
public sealed class MessageRateTests(LimitedServer limited) : IClassFixture<LimitedServer>
{
    private const int Burst = 20;

    private ServerProcess Server => limited.Server;

    [Fact]
    public async Task GW7_messages_over_the_burst_are_refused_and_nothing_of_them_is_stored()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectAsync();
        var clock = Stopwatch.StartNew();

        var answers = await SendAsync(socket, chat, 35);

        var accepted = answers.Count(answer => answer.Text("type") == "MSG_ACK");
        Assert.InRange(accepted, Burst, Burst + 1 + (int)clock.Elapsed.TotalSeconds);
        foreach (var refused in answers.Where(answer => answer.Text("type") == "ERROR"))
        {
            Assert.Equal("RATE_LIMITED", refused.Text("code"));
            Assert.InRange(refused.Number("retry_after_ms"), 1, 60_000);
            Json.AssertIsId(refused.Text("message_id"));
        }

        Assert.Equal(accepted, (await bob.HistoryAsync(chat)).Count);
        Assert.Equal(accepted, (await ada.ChatAsync(chat)).Number("last_seq"));
        await socket.AssertQuietAsync();
    }

    [Fact]
    public async Task GW7_the_limit_is_the_users_on_every_connection_after_a_reconnect_and_over_REST()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var first = await ada.ConnectAsync();
        await using var second = await ada.ConnectAsync();
        var clock = Stopwatch.StartNew();

        var answers = new List<JsonObject>();
        answers.AddRange(await SendAsync(first, chat, 12));
        answers.AddRange(await SendAsync(second, chat, 12));
        await first.CloseAsync();
        await using var third = await (await ada.OnAnotherDeviceAsync()).ConnectAsync();
        answers.AddRange(await SendAsync(third, chat, 40));

        var accepted = answers.Count(answer => answer.Text("type") == "MSG_ACK");
        Assert.InRange(accepted, Burst, Burst + 1 + (int)clock.Elapsed.TotalSeconds);
        Assert.Equal("ERROR", answers[^1].Text("type"));
        var posts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = Guest.NewId(), content = "over REST" })));
        Assert.Contains(posts, post => post.Status == 429);
        posts.First(post => post.Status == 429).IsRateLimited();
    }

    [Fact]
    public async Task GW7_one_users_haste_costs_no_other()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await SendAsync(mine, chat, 30);
        var answers = await SendAsync(theirs, chat, 5);

        Assert.All(answers, answer => Assert.Equal("MSG_ACK", answer.Text("type")));
    }

    [Fact]
    public async Task GW7_a_repeat_of_a_known_id_counts_like_any_message()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectAsync();
        var id = Guest.NewId();
        var clock = Stopwatch.StartNew();

        var answers = await SendAsync(socket, chat, 30, id);

        var accepted = answers.Where(answer => answer.Text("type") == "MSG_ACK").ToList();
        Assert.InRange(accepted.Count, Burst, Burst + 1 + (int)clock.Elapsed.TotalSeconds);
        Assert.All(accepted, ack => Assert.Equal(1, ack.Number("seq")));
        Assert.Equal(accepted.Count - 1, accepted.Count(ack => ack.Flag("duplicate")));
    }

    [Fact]
    public async Task GW7_after_the_announced_time_a_message_is_taken_again()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectAsync();
        var wait = (await SendAsync(socket, chat, 40))[^1].Number("retry_after_ms");

        await Task.Delay(TimeSpan.FromMilliseconds(wait + 50));

        Assert.Equal("MSG_ACK", (await SendAsync(socket, chat, 1))[0].Text("type"));
    }

    [Fact]
    public async Task GW2_the_message_rate_is_checked_after_the_members_and_before_the_chat()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectAsync();
        await SendAsync(socket, chat, 25);

        await socket.RefusedAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "" }, "VALIDATION");
        await socket.RefusedAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = new string('x', 4001) }, "TOO_LARGE");
        await socket.RefusedAsync(new { type = "MSG", chat_id = Guest.NewId(), message_id = Guest.NewId(), content = "x" }, "RATE_LIMITED");
    }

    [Fact]
    public async Task REST_the_message_rate_is_checked_after_the_members_and_before_the_chat()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectAsync();
        await SendAsync(socket, chat, 30);

        (await ada.Api.PostAsync($"/api/chats/{Guest.NewId()}/messages", new { message_id = "x", content = "x" })).IsProblem(400, "VALIDATION");
        (await ada.Api.PostAsync($"/api/chats/{Guest.NewId()}/messages", new { message_id = Guest.NewId(), content = "x" })).IsRateLimited();
    }

    private static async Task<List<JsonObject>> SendAsync(ChatSocket socket, string chat, int count, string? id = null)
    {
        var ids = Enumerable.Range(0, count).Select(_ => id ?? Guest.NewId()).ToList();
        foreach (var one in ids)
        {
            await socket.SendAsync(new { type = "MSG", chat_id = chat, message_id = one, content = "hello" });
        }

        var answers = new List<JsonObject>();
        while (answers.Count < count)
        {
            var frame = await socket.NextAsync();
            if (frame.Text("type") is "MSG_ACK" or "ERROR")
            {
                answers.Add(frame);
            }
        }

        // Acks come in the order of sending; a refusal may come before the ack of an earlier message that is being stored.
        var acked = answers.Where(answer => answer.Text("type") == "MSG_ACK").Select(answer => answer.Text("message_id")).ToList();
        Assert.Equal(acked, id is null ? ids.Where(acked.Contains) : ids.Take(acked.Count));
        return id is null ? [.. answers.OrderBy(answer => ids.IndexOf(answer.Text("message_id")))] : answers;
    }
}
