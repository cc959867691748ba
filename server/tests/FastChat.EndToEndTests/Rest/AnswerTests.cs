using System.Text;

namespace FastChat.EndToEndTests.Rest;

/// <summary>What all answers have in common: headers, problems, the order of refusals.</summary>
public sealed class AnswerTests(OpenServer open)
{
    private const int BodyLimit = 64 * 1024;

    private ServerProcess Server => open.Server;

    [Fact]
    public async Task REST_every_answer_has_its_headers_errors_too()
    {
        var ada = await Guest.CreateAsync(Server);
        var answers = new List<ApiAnswer>
        {
            await ada.Api.GetAsync("/api/me"),
            await Server.Api.PostAsync("/api/sessions", new { }),
            await Server.Api.GetAsync("/api/me"),
            await ada.Api.GetAsync("/api/nothing-here"),
            await ada.Api.GetAsync($"/api/chats/{Guest.NewId()}"),
            await ada.Api.SendAsync(HttpMethod.Put, "/api/me", ApiClient.JsonBody(new { })),
            await ada.Api.PatchAsync("/api/me", "{"),
            await ada.Api.PatchAsync("/api/me", new { display_name = "" }),
            await ada.Api.PostAsync("/api/chats", new string(' ', BodyLimit + 1)),
            await ada.Api.SendAsync(HttpMethod.Patch, "/api/me", ApiClient.Raw("{}"u8.ToArray(), "text/plain")),
            await ada.Api.GetAsync("/api/chats?limit=0"),
        };
        Assert.Equal([200, 201, 401, 404, 404, 405, 400, 400, 413, 415, 400], answers.Select(answer => answer.Status));
        foreach (var answer in answers)
        {
            Assert.True(answer.Header("Cache-Control") == "no-store", $"{answer.Request} {answer.Status}: Cache-Control {answer.Header("Cache-Control")}");
        }

        answers.Add(await Server.Api.GetAsync("/health/live"));
        answers.Add(await Server.Api.GetAsync("/openapi/v1.json"));
        answers.Add(await Server.Api.GetAsync("/docs"));
        answers.Add(await Server.Api.GetAsync("/"));
        answers.Add(await Server.Api.GetAsync("/ws"));
        foreach (var answer in answers)
        {
            Assert.True(answer.Header("X-Content-Type-Options") == "nosniff", $"{answer.Request} {answer.Status}: no nosniff");
            Assert.False(string.IsNullOrEmpty(answer.Header("Referrer-Policy")), $"{answer.Request} {answer.Status}: no Referrer-Policy");
            Assert.True(answer.Header("Server") is null, $"{answer.Request} {answer.Status}: has a Server header");
        }
    }

    [Fact]
    public async Task REST_an_upgrade_that_is_refused_has_its_headers_too()
    {
        await using var refused = await RawSocket.TryConnectAsync(Server.Port, "Origin: https://evil.example");

        Assert.Equal(403, refused.Status);
        Assert.Equal("nosniff", refused.Headers["X-Content-Type-Options"]);
        Assert.NotEmpty(refused.Headers["Referrer-Policy"]);
        Assert.DoesNotContain("Server", refused.Headers.Keys);
        Assert.StartsWith("application/problem+json", refused.Headers["Content-Type"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task REST_what_is_not_there_is_a_problem_with_its_code()
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.GetAsync("/api/nothing-here")).IsProblem(404, "NOT_FOUND");
        (await ada.Api.PostAsync("/api/me/more", new { })).IsProblem(404, "NOT_FOUND");
        (await ada.Api.DeleteAsync("/api/me")).IsProblem(405, "METHOD_NOT_ALLOWED");
        (await ada.Api.SendAsync(HttpMethod.Put, "/api/chats", ApiClient.JsonBody(new { }))).IsProblem(405, "METHOD_NOT_ALLOWED");
        (await Server.Api.GetAsync("/metrics")).Is(404);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    public async Task REST_a_body_that_is_not_announced_as_json_is_415(string contentType)
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.SendAsync(HttpMethod.Patch, "/api/me", ApiClient.Raw("""{"display_name":"Bob"}"""u8.ToArray(), contentType)))
            .IsProblem(415, "UNSUPPORTED_MEDIA_TYPE");
        Assert.Equal(ada.Name, (await ada.Api.GetAsync("/api/me")).Json.Text("display_name"));
        (await Server.Api.SendAsync(HttpMethod.Post, "/api/sessions", ApiClient.Raw("{}"u8.ToArray(), contentType)))
            .IsProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task REST_json_may_be_announced_with_a_charset()
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.SendAsync(HttpMethod.Patch, "/api/me", ApiClient.Raw("""{"display_name":"Bob"}"""u8.ToArray(), "application/json; charset=utf-8")))
            .Is(200);
    }

    [Fact]
    public async Task REST_a_body_of_exactly_64_KiB_passes_and_one_byte_more_is_413()
    {
        var ada = await Guest.CreateAsync(Server);
        const string start = """{"display_name":"Padded","padding":" """;
        string Body(int length) => start + new string('x', length - start.Length - 2) + "\"}";

        (await ada.Api.PatchAsync("/api/me", Body(BodyLimit))).Is(200);
        (await ada.Api.PatchAsync("/api/me", Body(BodyLimit + 1))).IsProblem(413, "TOO_LARGE");
    }

    [Fact]
    public async Task REST_the_body_limit_holds_without_a_content_length()
    {
        var ada = await Guest.CreateAsync(Server);
        using var endless = new StreamContent(new Unseekable(Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', BodyLimit) + "\"}")));
        endless.Headers.ContentType = new("application/json");

        (await ada.Api.SendAsync(HttpMethod.Post, "/api/chats", endless)).IsProblem(413, "TOO_LARGE");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("5")]
    [InlineData("{} {}")]
    [InlineData("{'a':1}")]
    [InlineData("""{"display_name":"Bob",}""")]
    [InlineData("""{"display_name":"Bob"}//""")]
    [InlineData("""{"display_name":"Bob","display_name":"Eve"}""")]
    [InlineData("""{"display_name":"Bob","other":1,"other":2}""")]
    [InlineData("""{"display_name":"Bob","display\u005fname":"Eve"}""")]
    [InlineData("""{"display_name":"Bob","other":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}""")]
    public async Task REST_what_is_no_json_object_is_INVALID_JSON(string body)
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.PatchAsync("/api/me", body)).IsProblem(400, "INVALID_JSON");

        Assert.Equal(ada.Name, (await ada.Api.GetAsync("/api/me")).Json.Text("display_name"));
    }

    [Fact]
    public async Task REST_a_body_that_is_not_utf8_is_INVALID_JSON()
    {
        var ada = await Guest.CreateAsync(Server);
        byte[] body = [.. "{\"display_name\":\"a"u8, 0xff, 0xfe, .. "\"}"u8];

        (await ada.Api.SendAsync(HttpMethod.Patch, "/api/me", ApiClient.Raw(body, "application/json"))).IsProblem(400, "INVALID_JSON");
    }

    [Fact]
    public async Task REST_unknown_members_and_parameters_are_ignored()
    {
        var ada = await Guest.CreateAsync(Server);

        (await ada.Api.PatchAsync("/api/me", """{"nonsense":{"a":[1]},"display_name":"Bob"}""")).Is(200);
        (await ada.Api.GetAsync("/api/chats?nonsense=1&nonsense=2&limit=5")).Is(200);
    }

    [Fact]
    public async Task REST_refusals_come_in_the_contracts_order()
    {
        var ada = await Guest.CreateAsync(Server);
        var nowhere = $"/api/chats/{Guest.NewId()}/messages";
        byte[] wrong = [.. "{"u8];

        (await Server.Api.SendAsync(HttpMethod.Post, nowhere, ApiClient.Raw(wrong, "text/plain"))).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync(nowhere, new string(' ', BodyLimit + 1))).IsProblem(401, "UNAUTHORIZED");
        (await ada.Api.SendAsync(HttpMethod.Post, nowhere, ApiClient.Raw(wrong, "text/plain"))).IsProblem(415, "UNSUPPORTED_MEDIA_TYPE");
        (await ada.Api.PostAsync(nowhere, "{" + new string(' ', BodyLimit))).IsProblem(413, "TOO_LARGE");
        (await ada.Api.PostAsync(nowhere, "{")).IsProblem(400, "INVALID_JSON");
        (await ada.Api.PostAsync(nowhere, new { message_id = "nonsense", content = "hi" })).IsProblem(400, "VALIDATION");
        (await ada.Api.PostAsync(nowhere, new { message_id = Guest.NewId(), content = "hi" })).IsProblem(404, "CHAT_NOT_FOUND");
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
