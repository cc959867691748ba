using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Security;

/// <summary>
/// A stranger tries every call of the OpenAPI document and every frame of the golden examples on a chat of two others. The tables are
/// made from those, so that a new call or frame is tried without anybody having to think of it.
/// </summary>
public sealed class StrangerTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task SEC_no_call_shows_or_changes_what_is_a_strangers_and_what_is_not_yours_looks_like_what_does_not_exist()
    {
        var victim = await Victim.CreateAsync(Server);
        var before = await victim.StateAsync();
        var document = (await Server.Api.GetAsync("/openapi/v1.json")).Is(200).Json;
        var tried = 0;
        foreach (var (path, item) in document.Child("paths"))
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                await TryAsync(victim, document, path, method, operation!);
                tried++;
            }
        }

        Assert.True(tried >= 19, $"The document has only {tried} calls.");
        Assert.Equal(before, await victim.StateAsync());
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = victim.Ada.RefreshToken })).Is(200);
    }

    [Fact]
    public async Task SEC_every_call_but_those_for_anyone_wants_a_token()
    {
        string[] forAnyone = ["post /api/sessions", "post /api/sessions/refresh", "get /health/live", "get /health/ready"];
        var victim = await Victim.CreateAsync(Server);
        var document = (await Server.Api.GetAsync("/openapi/v1.json")).Is(200).Json;
        foreach (var (path, item) in document.Child("paths"))
        {
            foreach (var (method, operation) in item!.AsObject().Where(call => !forAnyone.Contains($"{call.Key} {path}", StringComparer.Ordinal)))
            {
                (await SendAsync(Server.Api, victim, document, path, method, operation!, isReal: true)).IsProblem(401, "UNAUTHORIZED");
            }
        }
    }

    [Fact]
    public async Task SEC_no_frame_shows_or_changes_what_is_a_strangers()
    {
        var victim = await Victim.CreateAsync(Server);
        var before = await victim.StateAsync();
        var eve = await Guest.CreateAsync(Server);
        await using var adas = await victim.Ada.ConnectAsync();
        await using var eves = await eve.ConnectAsync();
        var frames = GoldenFrames.OfClients().Where(frame => frame.Text("type") != "HELLO").ToList();
        Assert.True(frames.Count >= 9, $"There are only {frames.Count} golden frames.");
        foreach (var frame in frames)
        {
            var real = await AnswersAsync(eves, victim, frame, isReal: true);
            var invented = await AnswersAsync(eves, victim, frame, isReal: false);
            victim.AssertNothingGivenAway(frame.ToJsonString(), real.Replace(victim.MessageId, "", StringComparison.Ordinal));
            if (frame.Has("chat_id"))
            {
                Assert.Contains("CHAT_NOT_FOUND", real, StringComparison.Ordinal);
                Assert.Equal(invented.Split('\n')[0], real.Split('\n')[0].Replace(victim.MessageId, "ID", StringComparison.Ordinal));
            }
        }

        foreach (var frame in await adas.FenceAsync())
        {
            // A stranger may write to Ada, as himself and in a chat of his own.
            Assert.True(!frame.Has("chat_id") || frame.Text("chat_id") != victim.Chat, frame.ToJsonString());
            Assert.True(!frame.Has("sender_id") || frame.Text("sender_id") == eve.Id, frame.ToJsonString());
        }

        Assert.Equal(before, await victim.StateAsync());
    }

    [Fact]
    public async Task SEC_not_yours_takes_as_long_as_does_not_exist()
    {
        var victim = await Victim.CreateAsync(Server);
        var eve = await Guest.CreateAsync(Server);
        foreach (var path in new[] { "/api/chats/{0}", "/api/chats/{0}/messages", "/api/chats/{0}/changes" })
        {
            // What the machine does beside it falls on both alike, for they take turns; a real difference would show each time.
            var ratios = new List<double>();
            while (ratios.Count < 5 && !ratios.Exists(ratio => ratio is > 0.7 and < 1.4))
            {
                ratios.Add(await CompareAsync(eve, path, victim.Chat));
            }

            Assert.True(ratios.Exists(ratio => ratio is > 0.7 and < 1.4), $"{path}: not yours took {string.Join(", ", ratios)} times as long as what does not exist.");
        }
    }

    /// <summary>Median by median: how much longer a stranger's chat takes than none.</summary>
    private static async Task<double> CompareAsync(Guest eve, string path, string chat)
    {
        const int rounds = 80;
        var (real, invented) = (new double[rounds], new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            real[round] = await TimeAsync(eve, path, chat);
            invented[round] = await TimeAsync(eve, path, Guest.NewId());
        }

        Array.Sort(real);
        Array.Sort(invented);
        return real[rounds / 2] / invented[rounds / 2];
    }

    private static async Task<double> TimeAsync(Guest eve, string path, string chat)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        (await eve.Api.GetAsync(path.Replace("{0}", chat, StringComparison.Ordinal))).Is(404);
        return clock.Elapsed.TotalMilliseconds;
    }

    private async Task TryAsync(Victim victim, JsonObject document, string path, string method, JsonNode operation)
    {
        var what = $"{method} {path}";
        var eve = await Guest.CreateAsync(Server);
        var real = await SendAsync(eve.Api, victim, document, path, method, operation, isReal: true);
        Assert.InRange(real.Status, 200, 499);
        var answer = real.Text;
        if (path.Contains('{', StringComparison.Ordinal))
        {
            real.Is(404);
            var invented = await SendAsync(eve.Api, victim, document, path, method, operation, isReal: false);
            Assert.Equal((invented.Status, invented.Text), (real.Status, real.Text));
        }
        else if (path == "/api/sync")
        {
            // Which of the chats that were asked for are none of the caller's is the answer to the question.
            Assert.Equal([victim.Chat], real.Json.Texts("removed"));
            answer = answer.Replace(victim.Chat, "", StringComparison.Ordinal);
        }

        victim.AssertNothingGivenAway(what, answer);
    }

    private static Task<ApiAnswer> SendAsync(ApiClient api, Victim victim, JsonObject document, string path, string method, JsonNode operation, bool isReal)
    {
        var query = new List<string>();
        foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
        {
            var (name, value) = (parameter!.Text("name"), victim.Value(parameter!.Text("name"), isReal));
            if (parameter!.Text("in") == "path")
            {
                path = path.Replace($"{{{name}}}", value.GetValue<string>(), StringComparison.Ordinal);
            }
            else if (name != "cursor")
            {
                query.Add($"{name}={value}");
            }
        }

        var body = BodyOf(victim, document, operation, isReal);
        return api.SendAsync(
            new HttpMethod(method.ToUpperInvariant()),
            query.Count > 0 ? $"{path}?{string.Join('&', query)}" : path,
            body is null ? null : ApiClient.JsonBody(body.ToJsonString()));
    }

    private static JsonObject? BodyOf(Victim victim, JsonObject document, JsonNode operation, bool isReal)
    {
        var schema = operation["requestBody"]?["content"]?["application/json"]?["schema"];
        if (schema is null)
        {
            return operation["requestBody"] is null ? null : throw new InvalidOperationException($"A body without a schema: {operation.ToJsonString()}");
        }

        var name = schema["$ref"]?.GetValue<string>().Split('/')[^1];
        var properties = (name is null ? schema : document["components"]!["schemas"]![name]!)["properties"]?.AsObject() ?? [];
        var body = new JsonObject();
        foreach (var (member, _) in properties)
        {
            // A cursor is asked for in an answer; one that is made up is refused before anything is looked at.
            if (member != "cursor")
            {
                body[member] = victim.Value(member, isReal);
            }
        }

        return body;
    }

    /// <summary>What a frame is answered with, the refusal first, and what else came until then, presence of the public aside.</summary>
    private static async Task<string> AnswersAsync(ChatSocket socket, Victim victim, JsonObject golden, bool isReal)
    {
        var frame = new JsonObject { ["type"] = golden.Text("type") };
        foreach (var member in golden.Select(one => one.Key).Where(name => name != "type"))
        {
            frame[member] = victim.Value(member, isReal);
        }

        const string reference = "stranger";
        frame["ref"] = reference;
        bool IsAnswer(Arrival arrival) => arrival.Frame.Has("ref") && arrival.Frame.Text("ref") == reference;
        var earlier = socket.Arrivals.Count(IsAnswer);
        await socket.SendAsync(frame.ToJsonString());

        // What asks the database is answered later than a fence, and must not be taken for the next frame's answer.
        if (frame.Text("type") != "STATUS")
        {
            await socket.UntilAsync(all => all.Count(IsAnswer) > earlier, $"the answer to {frame.ToJsonString()}");
        }

        var answers = string.Join('\n', (await socket.FenceAsync()).Select(answer => answer.ToJsonString()));
        return isReal || !frame.Has("message_id") ? answers : answers.Replace(frame.Text("message_id"), "ID", StringComparison.Ordinal);
    }
}
