namespace FastChat.EndToEndTests.Rest;

/// <summary>The calls under /api/chats: shapes, statuses and pages.</summary>
public sealed class ChatCallTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task REST_opening_a_chat_is_201_once_and_200_after_always_the_same_chat_for_the_same_two()
    {
        var (ada, bob) = await Guest.PairAsync(Server);

        var opened = (await ada.Api.PostAsync("/api/chats", new { user_id = bob.Id })).Is(201).Json;
        var again = (await ada.Api.PostAsync("/api/chats", new { user_id = bob.Id })).Is(200).Json;
        var other = (await bob.Api.PostAsync("/api/chats", new { user_id = ada.Id })).Is(200).Json;

        Shapes.AssertChat(opened);
        Assert.Equal("direct", opened.Text("kind"));
        Assert.Equal((0, 0, 0), (opened.Number("last_seq"), opened.Number("rev"), opened.Number("unread")));
        Assert.True(opened.IsNull("last_message"));
        Assert.Equal(new[] { ada.Id, bob.Id }.Order(StringComparer.Ordinal),
            opened.Children("members").Select(member => member.Text("user_id")).Order(StringComparer.Ordinal));
        Assert.Equal(opened.Text("chat_id"), again.Text("chat_id"));
        Assert.Equal(opened.Text("chat_id"), other.Text("chat_id"));
    }

    [Fact]
    public async Task REST_two_who_open_their_chat_at_once_open_the_same()
    {
        var (ada, bob) = await Guest.PairAsync(Server);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(turn => turn % 2 == 0
            ? ada.Api.PostAsync("/api/chats", new { user_id = bob.Id })
            : bob.Api.PostAsync("/api/chats", new { user_id = ada.Id })));

        Assert.Single(answers.Select(answer => answer.Json.Text("chat_id")).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.Equal(9, answers.Count(answer => answer.Status == 200));
    }

    [Fact]
    public async Task REST_a_message_over_REST_is_201_and_its_repeat_200()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        var id = Guest.NewId();

        var sent = (await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = id, content = "hello" })).Is(201).Json;
        var repeat = (await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = id, content = "hello" })).Is(200).Json;
        (await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = id, content = "other" })).IsProblem(409, "CONFLICT");

        Shapes.AssertMessage(sent);
        Assert.Equal((chat, id, ada.Id, "hello", 1, 1), (sent.Text("chat_id"), sent.Text("message_id"), sent.Text("sender_id"),
            sent.Text("content"), sent.Number("seq"), sent.Number("rev")));
        Assert.Equal(sent.ToJsonString(), repeat.ToJsonString());
        Assert.Single(await bob.HistoryAsync(chat));
    }

    [Theory]
    [InlineData("""{"content":"hi"}""", "message_id")]
    [InlineData("""{"message_id":"0190b5a0-0000-7000-8000-000000000000"}""", "content")]
    [InlineData("""{"message_id":"0190b5a0-0000-7000-8000-000000000000","content":5}""", "content")]
    [InlineData("""{"message_id":"0190b5a0-0000-7000-8000-000000000000","content":null}""", "content")]
    [InlineData("""{"message_id":7,"content":"hi"}""", "message_id")]
    public async Task REST_a_bad_member_of_a_message_is_named(string body, string member)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);

        var refused = (await ada.Api.PostAsync($"/api/chats/{chat}/messages", body)).IsProblem(400, "VALIDATION");

        Assert.Contains(member, refused.Json["errors"]?.ToJsonString() ?? "no errors", StringComparison.Ordinal);
    }

    [Fact]
    public async Task REST_the_history_comes_in_pages_backwards_each_ascending()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await Shapes.FillAsync(ada, chat, 250);

        var first = (await bob.Api.GetAsync($"/api/chats/{chat}/messages")).Is(200).Json;
        var second = (await bob.Api.GetAsync($"/api/chats/{chat}/messages?before=151&limit=120")).Is(200).Json;
        var third = (await bob.Api.GetAsync($"/api/chats/{chat}/messages?before=31&limit=200")).Is(200).Json;
        var exact = (await bob.Api.GetAsync($"/api/chats/{chat}/messages?before=31&limit=30")).Is(200).Json;
        var none = (await bob.Api.GetAsync($"/api/chats/{chat}/messages?before=1")).Is(200).Json;

        first.AssertMembers("messages", "more");
        Assert.Equal((Numbers(151, 250), true), (Seqs(first), first.Flag("more")));
        Assert.Equal((Numbers(31, 150), true), (Seqs(second), second.Flag("more")));
        Assert.Equal((Numbers(1, 30), false), (Seqs(third), third.Flag("more")));
        Assert.Equal((Numbers(1, 30), false), (Seqs(exact), exact.Flag("more")));
        Assert.Equal(("", false), (Seqs(none), none.Flag("more")));
        Assert.All(first.Children("messages"), Shapes.AssertMessage);
    }

    [Fact]
    public async Task REST_changes_come_by_rev_in_pages()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await Shapes.FillAsync(ada, chat, 30);

        var first = (await bob.Api.GetAsync($"/api/chats/{chat}/changes?after=5&limit=20")).Is(200).Json;
        var rest = (await bob.Api.GetAsync($"/api/chats/{chat}/changes?after=25&limit=20")).Is(200).Json;
        var none = (await bob.Api.GetAsync($"/api/chats/{chat}/changes?after=30")).Is(200).Json;

        first.AssertMembers("messages", "rev", "more");
        Assert.Equal((Numbers(6, 25), true), (Seqs(first), first.Flag("more")));
        Assert.Equal((Numbers(26, 30), false, 30), (Seqs(rest), rest.Flag("more"), rest.Number("rev")));
        Assert.Equal(("", false, 30), (Seqs(none), none.Flag("more"), none.Number("rev")));
    }

    [Fact]
    public async Task REST_own_chats_come_last_change_first_in_pages()
    {
        var ada = await Guest.CreateAsync(Server);
        var chats = new List<string>();
        for (var turn = 0; turn < 7; turn++)
        {
            chats.Add(await ada.OpenChatAsync(await Guest.CreateAsync(Server)));
            await ada.PostMessageAsync(chats[^1], $"message {turn}");
        }

        await ada.PostMessageAsync(chats[2], "this one again");
        string[] expected = [chats[2], chats[6], chats[5], chats[4], chats[3], chats[1], chats[0]];

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await ada.Api.GetAsync($"/api/chats?limit=3{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}")).Is(200).Json;
            page.AssertMembers("chats", "next_cursor");
            Assert.All(page.Children("chats"), Shapes.AssertChat);
            seen.AddRange(page.Children("chats").Select(chat => chat.Text("chat_id")));
            cursor = page.IsNull("next_cursor") ? null : page.Text("next_cursor");
        }
        while (cursor is not null && seen.Count < 20);

        Assert.Equal(expected, seen);
        var all = (await ada.Api.GetAsync("/api/chats?limit=7")).Is(200).Json;
        Assert.Equal(expected, all.Children("chats").Select(chat => chat.Text("chat_id")));
        Assert.Equal("this one again", all.Children("chats")[0].Child("last_message").Text("content"));
    }

    [Fact]
    public async Task REST_a_chat_shows_its_last_message_and_what_is_unread()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await ada.PostMessageAsync(chat, "one");
        var last = await ada.PostMessageAsync(chat, "two");

        var mine = await ada.ChatAsync(chat);
        var theirs = await bob.ChatAsync(chat);

        Shapes.AssertChat(theirs);
        Assert.Equal((0, 2), (mine.Number("unread"), theirs.Number("unread")));
        Assert.Equal((2, 2), (theirs.Number("last_seq"), theirs.Number("rev")));
        Assert.Equal(last.ToJsonString(), theirs.Child("last_message").ToJsonString());
        Assert.Equal((2, 2), Shapes.Positions(theirs, ada.Id));
        Assert.Equal((0, 0), Shapes.Positions(theirs, bob.Id));
        Assert.Equal(ada.Name, theirs.Children("members").Single(member => member.Text("user_id") == ada.Id).Text("display_name"));
    }

    private static string Seqs(System.Text.Json.Nodes.JsonObject page) =>
        string.Join(' ', page.Children("messages").Select(message => message.Number("seq")));

    private static string Numbers(int first, int last) => string.Join(' ', Enumerable.Range(first, last - first + 1));
}
