namespace FastChat.EndToEndTests.Chats;

public sealed class ContentTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    public static TheoryData<string> Good =>
    [
        "x", " leading and trailing ", "two\nlines\r\nand a\ttab", "e\u0301 stays decomposed", "é stays composed", "مرحبا", "\u202eabc",
        "👨‍👩‍👧‍👦", "a\u200bb", "a\u0007b", "\ufeffBOM", "\u2028line\u2029paragraph", "<script>alert('x')</script>", "'; DROP TABLE chat_messages;--",
        "\"\\/{}[]", "\\u0041", "\uffff\ufdd0 a noncharacter", "\U0010ffff.", "\u007f.", "0", ".",
        new string('x', 4000), string.Concat(Enumerable.Repeat("😀", 4000)), new string('\u0001', 3999) + "x",
    ];

    public static TheoryData<string, string> Bad => new()
    {
        { "", "VALIDATION" },
        { " ", "VALIDATION" },
        { " \t\r\n\u00a0\u3000\u2028", "VALIDATION" },
        { "\u0000", "VALIDATION" },
        { "a\u0000b", "VALIDATION" },
        { "\u0007\u0001", "VALIDATION" },
        { "\u200b", "VALIDATION" },
        { "\u200d\ufe0f\u2060\ufeff\u00ad", "VALIDATION" },
        { "\u3164", "VALIDATION" },
        { "\u115f\u1160\uffa0\u034f\u17b4", "VALIDATION" },
        { "\U000e0041\U000e0100", "VALIDATION" },
        { "\u202e \u2066", "VALIDATION" },
        { new string('x', 4001), "TOO_LARGE" },
        { string.Concat(Enumerable.Repeat("😀", 4001)), "TOO_LARGE" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public async Task CH7_good_content_is_stored_and_returned_exactly_as_sent(string content)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content }, "MSG_ACK");
        var posted = await ada.PostMessageAsync(chat, content);

        Assert.Equal(content, (await theirs.ExpectAsync("MSG")).Text("content"));
        Assert.Equal(content, (await theirs.ExpectAsync("MSG")).Text("content"));
        Assert.Equal(content, posted.Text("content"));
        Assert.Equal([content, content], (await bob.HistoryAsync(chat)).Select(message => message.Text("content")));
        Assert.Equal(content, (await bob.ChatAsync(chat)).Child("last_message").Text("content"));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task CH7_bad_content_is_refused_and_not_stored(string content, string code)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        var id = Guest.NewId();

        var error = await mine.RefusedAsync(new { type = "MSG", chat_id = chat, message_id = id, content }, code);
        (await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = id, content }))
            .IsProblem(code == "TOO_LARGE" ? 413 : 400, code);

        Assert.Equal(id, error.Text("message_id"));
        Assert.Empty(await ada.HistoryAsync(chat));
        await mine.AssertQuietAsync();
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("ok \\udc00")]
    [InlineData("\\udc00\\ud800")]
    public async Task CH7_half_a_surrogate_pair_is_refused(string escaped)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        var body = $$"""{"type":"MSG","chat_id":"{{chat}}","message_id":"{{Guest.NewId()}}","content":"{{escaped}}"}""";

        await mine.RefusedAsync(body, "INVALID_JSON");
        var posted = await ada.Api.PostAsync($"/api/chats/{chat}/messages", body);

        Assert.Contains(posted.Is(400).Json.Text("code"), new[] { "INVALID_JSON", "VALIDATION" });
        Assert.Empty(await ada.HistoryAsync(chat));
    }

    [Fact]
    public async Task CH7_escaped_and_plain_spellings_are_the_same_content()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        await using var mine = await ada.ConnectAsync();
        var id = Guest.NewId();

        await mine.AskAsync($$"""{"type":"MSG","to":"{{bob.Id}}","message_id":"{{id}}","content":"é😀/"}""", "MSG_ACK");
        var repeat = await mine.AskAsync($$"""{"type":"MSG","to":"{{bob.Id}}","message_id":"{{id}}","content":"\u00e9\ud83d\ude00\/"}""", "MSG_ACK");

        Assert.True(repeat.Flag("duplicate"));
    }

    [Fact]
    public async Task CH7_what_people_write_is_not_logged()
    {
        var secret = $"secret-{Guid.NewGuid():N}";
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();

        await mine.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = secret }, "MSG_ACK");
        await mine.RefusedAsync(new { type = "MSG", chat_id = chat, message_id = "bad", content = secret }, "VALIDATION");
        await mine.RefusedAsync($$"""{"type":"MSG","content":"{{secret}}" """, "INVALID_JSON");
        await ada.PostMessageAsync(chat, secret);

        Assert.DoesNotContain(secret, Server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(ada.Token, Server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(ada.RefreshToken, Server.Log, StringComparison.Ordinal);
    }
}
