namespace FastChat.EndToEndTests.Identity;

public sealed class DisplayNameTests(OpenServer open)
{
    private const string Family = "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466";

    private ServerProcess Server => open.Server;

    public static TheoryData<string, string> Good => new()
    {
        { "Ada", "Ada" },
        { "  Ada   Lovelace ", "Ada Lovelace" },
        { "Ada\u00a0\u3000Lovelace", "Ada Lovelace" },
        { "Rene\u0301", "Ren\u00e9" },
        { "x", "x" },
        { "渡辺 直美", "渡辺 直美" },
        { "مريم", "مريم" },
        { "<script>alert(1)</script>", "<script>alert(1)</script>" },
        { "Robert'); DROP TABLE users;--", "Robert'); DROP TABLE users;--" },
        { "%_\\\"'", "%_\\\"'" },
        { Family, Family },
        { string.Concat(Enumerable.Repeat(Family, 5)), string.Concat(Enumerable.Repeat(Family, 5)) },
        { new string('n', 32), new string('n', 32) },
        { new string('é', 32), new string('é', 32) },
        { new string('n', 31) + "   ", new string('n', 31) },
    };

    public static TheoryData<string> Bad => new()
    {
        "", " ", "\u00a0", "\u3000 ", "\u200b", "\u3164", "\u00ad", "\u2060", "\ufeff", "\u200d\u200c", "\u115f", "\ufe0f",
        "a\u0000b", "a\u0007b", "a\u007fb", "a\u0085\u0086b", "a\u202eb", "a\u2066b", "\u200fabc", "a\u061cb",
        new string('n', 33),
        string.Concat(Enumerable.Repeat(Family, 6)),
        "a" + string.Concat(Enumerable.Repeat("\u0316", 64)),
        "admin", "Admin", "ADMIN", " admin ", "аdmin", "\uff41dmin", "adrnin", "system", "System", "ѕystem", "FastChat", "fastchat",
        "admin\u200b",
    };

    [Theory]
    [MemberData(nameof(Good))]
    public async Task ID4_a_good_name_is_kept_in_its_clean_form(string name, string kept)
    {
        var ada = await Guest.CreateAsync(Server, name);
        Assert.Equal(kept, ada.Name);

        var renamed = (await ada.Api.PatchAsync("/api/me", new { display_name = "Somebody else" })).Is(200).Json;
        Assert.Equal("Somebody else", renamed.Text("display_name"));
        Assert.Equal(kept, (await ada.Api.PatchAsync("/api/me", new { display_name = name })).Is(200).Json.Text("display_name"));
        Assert.Equal(kept, (await ada.Api.GetAsync("/api/me")).Is(200).Json.Text("display_name"));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task ID4_a_bad_name_is_refused_and_changes_nothing(string name)
    {
        var refused = (await Server.Api.PostAsync("/api/sessions", new { display_name = name })).IsProblem(400, "VALIDATION");
        Assert.Contains("display_name", refused.Json["errors"]?.ToJsonString() ?? "no errors", StringComparison.Ordinal);

        var ada = await Guest.CreateAsync(Server, "Ada");
        (await ada.Api.PatchAsync("/api/me", new { display_name = name })).IsProblem(400, "VALIDATION");
        Assert.Equal("Ada", (await ada.Api.GetAsync("/api/me")).Is(200).Json.Text("display_name"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"display_name":null}""")]
    [InlineData("""{"display_name":5}""")]
    [InlineData("""{"display_name":["Ada"]}""")]
    [InlineData("""{"display_name":{"a":1}}""")]
    [InlineData("""{"Display_Name":"Ada"}""")]
    public async Task ID4_a_rename_needs_a_name_that_is_a_string(string body)
    {
        var ada = await Guest.CreateAsync(Server);

        var refused = (await ada.Api.PatchAsync("/api/me", body)).IsProblem(400, "VALIDATION");

        Assert.Contains("display_name", refused.Json["errors"]?.ToJsonString() ?? "no errors", StringComparison.Ordinal);
    }

    [Fact]
    public async Task ID4_a_name_with_half_a_surrogate_pair_is_refused()
    {
        var answer = await Server.Api.PostAsync("/api/sessions", """{"display_name":"a\ud800b"}""");

        Assert.Contains(answer.Is(400).Json.Text("code"), new[] { "INVALID_JSON", "VALIDATION" });
    }
}
