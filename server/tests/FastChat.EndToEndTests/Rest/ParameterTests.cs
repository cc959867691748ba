namespace FastChat.EndToEndTests.Rest;

/// <summary>Query parameters, ids and cursors.</summary>
public sealed class ParameterTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    public static TheoryData<string> BadLimits =>
        ["", "0", "-1", "201", "abc", "1.5", "1e1", "%205", "0x10", "99999999999999999999", "5&limit=5", "null"];

    [Theory]
    [MemberData(nameof(BadLimits))]
    public async Task REST_a_limit_that_is_no_number_out_of_range_or_given_twice_is_VALIDATION(string limit)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);

        foreach (var path in new[] { "/api/chats?", "/api/presence/online?", $"/api/chats/{chat}/messages?", $"/api/chats/{chat}/changes?after=0&" })
        {
            (await ada.Api.GetAsync($"{path}limit={limit}")).IsProblem(400, "VALIDATION");
        }
    }

    [Fact]
    public async Task REST_limits_from_1_to_200_are_taken()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);

        foreach (var path in new[] { "/api/chats?", "/api/presence/online?", $"/api/chats/{chat}/messages?", $"/api/chats/{chat}/changes?after=0&" })
        {
            (await ada.Api.GetAsync($"{path}limit=1")).Is(200);
            (await ada.Api.GetAsync($"{path}limit=200")).Is(200);
        }
    }

    [Theory]
    [InlineData("before=abc")]
    [InlineData("before=-1")]
    [InlineData("before=1.0")]
    [InlineData("before=5&before=5")]
    [InlineData("before=999999999999999999999")]
    public async Task REST_a_bad_before_is_VALIDATION(string query)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);

        var refused = (await ada.Api.GetAsync($"/api/chats/{chat}/messages?{query}")).IsProblem(400, "VALIDATION");

        Assert.Contains("before", refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("after=abc")]
    [InlineData("after=-1")]
    [InlineData("after=1&after=2")]
    [InlineData("after=999999999999999999999")]
    public async Task REST_a_bad_after_is_VALIDATION(string query)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);

        var refused = (await ada.Api.GetAsync($"/api/chats/{chat}/changes?{query}")).IsProblem(400, "VALIDATION");

        Assert.Contains("after", refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("..%2F..%2F")]
    [InlineData("%00")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("x&cursor=x")]
    public async Task REST_a_cursor_the_server_did_not_make_is_VALIDATION(string cursor)
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.GetAsync($"/api/chats?cursor={cursor}")).IsProblem(400, "VALIDATION");
        (await ada.Api.GetAsync($"/api/presence/online?cursor={cursor}")).IsProblem(400, "VALIDATION");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0190b5a0-0000-7000-8000-00000000000")]
    [InlineData("0190B5A0-0000-7000-8000-000000000000")]
    [InlineData("0190b5a0000070008000000000000000")]
    [InlineData("{0190b5a0-0000-7000-8000-000000000000}")]
    [InlineData("")]
    public async Task REST_an_id_that_is_no_lower_case_uuid_is_VALIDATION(string id)
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);

        (await ada.Api.PostAsync("/api/chats", new { user_id = id })).IsProblem(400, "VALIDATION");
        (await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = id, content = "hi" })).IsProblem(400, "VALIDATION");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"user_id":null}""")]
    [InlineData("""{"user_id":5}""")]
    [InlineData("""{"user_id":["a"]}""")]
    public async Task REST_a_user_id_that_is_missing_or_no_string_is_VALIDATION(string body)
    {
        var ada = await Guest.CreateAsync(Server);

        var refused = (await ada.Api.PostAsync("/api/chats", body)).IsProblem(400, "VALIDATION");

        Assert.Contains("user_id", refused.Json["errors"]?.ToJsonString() ?? "no errors", StringComparison.Ordinal);
    }

    [Fact]
    public async Task REST_an_id_of_any_version_is_well_formed_and_the_nil_one_names_nothing()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);

        foreach (var id in new[] { "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", Guid.NewGuid().ToString() })
        {
            (await ada.Api.PostAsync("/api/chats", new { user_id = id })).IsProblem(404, "USER_NOT_FOUND");
            (await ada.Api.GetAsync($"/api/chats/{id}")).IsProblem(404, "CHAT_NOT_FOUND");
        }

        (await ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = Guid.NewGuid().ToString(), content = "hi" })).Is(201);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0190B5A0-0000-7000-8000-000000000000")]
    [InlineData("'%20OR%201=1--")]
    public async Task REST_a_malformed_id_in_a_path_is_that_paths_404(string id)
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.GetAsync($"/api/chats/{id}")).IsProblem(404, "CHAT_NOT_FOUND");
        (await ada.Api.GetAsync($"/api/chats/{id}/messages")).IsProblem(404, "CHAT_NOT_FOUND");
        (await ada.Api.GetAsync($"/api/chats/{id}/changes?after=0")).IsProblem(404, "CHAT_NOT_FOUND");
        (await ada.Api.PostAsync($"/api/chats/{id}/messages", new { message_id = Guest.NewId(), content = "hi" })).IsProblem(404, "CHAT_NOT_FOUND");
        (await ada.Api.DeleteAsync($"/api/sessions/{id}")).IsProblem(404, "NOT_FOUND");
    }
}
