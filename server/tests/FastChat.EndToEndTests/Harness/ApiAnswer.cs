using System.Globalization;
using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Harness;

/// <summary>One answer of the REST API, with the assertions that every test needs.</summary>
public sealed record ApiAnswer(int Status, IReadOnlyDictionary<string, string[]> Headers, string Text, string Request)
{
    public JsonObject Json => Harness.Json.Parse(Text);

    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? string.Join(", ", values) : null;

    public string[] Cookies => Headers.TryGetValue("Set-Cookie", out var values) ? values : [];

    public ApiAnswer Is(int status)
    {
        Assert.True(Status == status, $"{Request} should answer {status}, it answered {Status}: {Text}");
        return this;
    }

    /// <summary>RFC 9457 with the contract's `code`.</summary>
    public ApiAnswer IsProblem(int status, string code)
    {
        Is(status);
        Assert.StartsWith("application/problem+json", Header("Content-Type"), StringComparison.Ordinal);
        Assert.True(Json.Text("code") == code, $"{Request} should answer {code}, it answered {Text}");
        Assert.Equal(status, Json.Number("status"));
        Assert.NotEmpty(Json.Text("title"));
        return this;
    }

    /// <summary>429: how long to wait, in the header as whole seconds and in the body as milliseconds.</summary>
    public ApiAnswer IsRateLimited()
    {
        IsProblem(429, "RATE_LIMITED");
        var seconds = int.Parse(Header("Retry-After") ?? "missing", CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1, 3600);
        Assert.InRange(Json.Number("retry_after_ms"), 1, 3_600_000);
        return this;
    }
}
