using System.Text;

namespace FastChat.EndToEndTests.Security.Fuzz;

/// <summary>Bodies, paths and queries changed at random: each is answered, and none with a 500.</summary>
public sealed class RestFuzzTests(FuzzServer fuzz) : IClassFixture<FuzzServer>
{
    /// <summary>So many calls are under way at once.</summary>
    private const int AtOnce = 16;

    [Fact]
    public Task REST_mutated_calls_are_refused_and_never_500() => FuzzRun.RunAsync("calls", 0.15, fuzz.Server, RunAsync);

    private async Task RunAsync(FuzzRun run, Random random)
    {
        var (ada, bob) = await Guest.PairAsync(fuzz.Server);
        var chat = await ada.OpenChatAsync(bob);
        var posts = GoodPosts(bob, chat);
        var gets = GoodGets(chat);
        var mutator = new Mutator(random);
        for (var sent = 0; sent < run.Inputs; sent += AtOnce)
        {
            run.At(sent);
            var calls = new List<Task<ApiAnswer>>(AtOnce);
            for (var index = 0; index < Math.Min(AtOnce, run.Inputs - sent); index++)
            {
                calls.Add(random.Next(8) == 0 ? Get(ada, gets[random.Next(gets.Length)], mutator) : Post(ada, posts[random.Next(posts.Length)], mutator, random));
            }

            foreach (var answer in await Task.WhenAll(calls))
            {
                Assert.True(answer.Status is >= 200 and < 500, $"{answer.Request} was answered with {answer.Status}: {answer.Text}");
                Assert.DoesNotContain("root:", answer.Text, StringComparison.Ordinal);
                run.Count($"{answer.Status}");
            }
        }

        (await ada.Api.GetAsync("/api/me")).Is(200);
        Assert.NotNull(await bob.HistoryAsync(chat));
    }

    private static Task<ApiAnswer> Post(Guest ada, (string Method, string Path, string Body) good, Mutator mutator, Random random)
    {
        var type = random.Next(50) == 0 ? "text/plain" : "application/json";
        return ada.Api.SendAsync(new HttpMethod(good.Method), good.Path, ApiClient.Raw(mutator.Text(good.Body), type));
    }

    private static Task<ApiAnswer> Get(Guest ada, string good, Mutator mutator)
    {
        var path = Encoding.Latin1.GetString(mutator.Text(good));
        return ada.Api.GetAsync("/api/" + string.Join('/', path.Split('/').Select(Escape)));
    }

    /// <summary>What can't stand in a request line is sent in its escaped form; what stands for itself in a query stays.</summary>
    private static string Escape(string part) => string.Concat(part.Select(one => char.IsAsciiLetterOrDigit(one) || "-_.~?&=%".Contains(one, StringComparison.Ordinal) ? $"{one}" : $"%{(int)one:x2}"));

    private static (string Method, string Path, string Body)[] GoodPosts(Guest bob, string chat) =>
    [
        ("POST", "/api/sessions", """{"display_name":"Mallory","refresh":"body"}"""),
        ("POST", "/api/sessions", $$"""{"link_token":"{{new string('A', 43)}}","refresh":"body"}"""),
        ("POST", "/api/sessions/link", "{}"),
        ("POST", "/api/sessions/refresh", $$"""{"refresh_token":"{{new string('A', 43)}}"}"""),
        ("PATCH", "/api/me", """{"display_name":"Ada 😀"}"""),
        ("POST", "/api/presence/heartbeat", "{}"),
        ("POST", "/api/chats", $$"""{"user_id":"{{bob.Id}}"}"""),
        ("POST", $"/api/chats/{chat}/messages", $$"""{"message_id":"{{Guest.NewId()}}","content":"hello \u00e9 😀"}"""),
        ("POST", "/api/sync", $$"""{"epoch":null,"revs":{"{{chat}}":3,"{{Guest.NewId()}}":0},"x":0}"""),
        ("POST", "/api/sync", $$"""{"epoch":"{{Guest.NewId()}}","revs":{},"cursor":"x"}"""),
    ];

    private static string[] GoodGets(string chat) =>
    [
        $"chats/{chat}", $"chats/{chat}/messages?before=5&limit=10", $"chats/{chat}/changes?after=0&limit=200", "chats?limit=50&cursor=AAAA",
        "presence/online?q=a&limit=5&cursor=AAAA", "sessions", "me", "sessions/link",
    ];
}
