using System.Text;

namespace FastChat.EndToEndTests.Gateway;

/// <summary>Frames changed at random: whatever they are, the server answers by the contract and lives.</summary>
public sealed class FuzzTests(OpenServer open)
{
    private const int Frames = 20_000;
    private const int Batch = 40;

    private static readonly int[] AllowedCloses = [1002, 1003, 1007, 1009, 4001, 4004, 4501];

    private static readonly string[] Scraps =
    [
        "\"", "{", "}", "[", "]", ":", ",", "\\", "\\ud800", "\\u0000", "\u0000", "null", "true", "-1", "1e999", "9999999999999999999999", "0.1",
        "\"type\"", "\"ref\"", "\"chat_id\"", "\"content\"", "\"message_id\"", "\"user_ids\"", "MSG", "HELLO", "PING", "WATCH", "READ",
        "\u200b", "\u202e", "😀", "e\u0301", " ", "\n", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}", "\"x\":1,\"x\":1,",
    ];

    [Fact]
    public async Task GW2_twenty_thousand_mutated_frames_do_no_harm()
    {
        var seed = Environment.TickCount;
        if (Environment.GetEnvironmentVariable("FASTCHAT_FUZZ_SEED") is { Length: > 0 } given)
        {
            seed = int.Parse(given, System.Globalization.CultureInfo.InvariantCulture);
        }

        try
        {
            await RunAsync(new Random(seed));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"The run with FASTCHAT_FUZZ_SEED={seed} failed: {failure.Message}", failure);
        }
    }

    private async Task RunAsync(Random random)
    {
        var (ada, bob) = await Guest.PairAsync(open.Server);
        var chat = await ada.OpenChatAsync(bob);
        var good = GoodFrames(ada, bob, chat);
        await using var watching = await bob.ConnectAsync();
        RawSocket? socket = null;
        for (var sent = 0; sent < Frames; sent += Batch)
        {
            socket ??= await ada.ConnectRawAsync();
            if (!await SurvivesAsync(socket, random, good, sent))
            {
                await socket.DisposeAsync();
                socket = null;
            }
        }

        await using var after = await ada.ConnectAsync();
        var ack = await after.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "after the storm" }, "MSG_ACK");
        await watching.ExpectAsync("MSG", message => message.Text("content") == "after the storm");
        var history = await bob.HistoryAsync(chat);
        Assert.Equal(Enumerable.Range(1, history.Count).Select(seq => (long)seq), history.Select(message => message.Number("seq")));
        Assert.Equal(history.Count, ack.Number("seq"));
        open.Server.AssertCalmLog();
        if (socket is not null)
        {
            await socket.DisposeAsync();
        }
    }

    /// <summary>One batch and a fence behind it; false if the connection was closed for a reason that the contract knows.</summary>
    private static async Task<bool> SurvivesAsync(RawSocket socket, Random random, string[] good, int number)
    {
        using var batch = new MemoryStream();
        for (var index = 0; index < Batch; index++)
        {
            batch.Write(Mutated(random, good[random.Next(good.Length)]));
        }

        batch.Write(RawSocket.Encode(RawSocket.TextFrame, Encoding.UTF8.GetBytes($$"""{"type":"PING","ref":"fence-{{number}}"}""")));
        await socket.SendBytesAsync(batch.ToArray());
        while (true)
        {
            var frame = await socket.ReadAsync(TimeSpan.FromSeconds(15));
            Assert.True(frame is not null, "The connection ended without a close code.");
            if (frame!.Opcode == RawSocket.Close)
            {
                Assert.Contains(frame.CloseCode, AllowedCloses);
                return false;
            }

            if (frame.Opcode == RawSocket.TextFrame)
            {
                var json = Json.Parse(frame.Text);
                Assert.False(json.Text("type") == "ERROR" && json.Text("code") is "INTERNAL_ERROR" or "UNAVAILABLE", frame.Text);
                if (json.Text("type") == "PONG" && json.Has("ref") && json.Text("ref") == $"fence-{number}")
                {
                    return true;
                }
            }
        }
    }

    private static byte[] Mutated(Random random, string frame)
    {
        var text = new StringBuilder(frame);
        for (var turns = random.Next(0, 4); turns > 0 && text.Length > 0; turns--)
        {
            var (at, length) = (random.Next(text.Length), random.Next(1, 12));
            switch (random.Next(6))
            {
                case 0:
                    text.Remove(at, Math.Min(length, text.Length - at));
                    break;
                case 1:
                    text.Insert(at, Scraps[random.Next(Scraps.Length)]);
                    break;
                case 2:
                    text.Insert(at, text.ToString(at, Math.Min(length * 3, text.Length - at)));
                    break;
                case 3:
                    text[at] = (char)random.Next(1, 0xd7ff);
                    break;
                case 4:
                    text.Length = at;
                    break;
                default:
                    text.Replace(Scraps[random.Next(17, 28)].Trim('"'), Scraps[random.Next(17, 28)].Trim('"'));
                    break;
            }
        }

        var bytes = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text.ToString());
        if (bytes.Length > 0 && random.Next(200) == 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(128, 256);
        }

        return random.Next(10) == 0 && bytes.Length > 1
            ? [.. RawSocket.Encode(RawSocket.TextFrame, bytes[..1], final: false), .. RawSocket.Encode(RawSocket.Continuation, bytes[1..])]
            : RawSocket.Encode(random.Next(500) == 0 ? RawSocket.BinaryFrame : RawSocket.TextFrame, bytes);
    }

    private static string[] GoodFrames(Guest ada, Guest bob, string chat) =>
    [
        """{"type":"PING","ref":"a"}""",
        $$"""{"type":"OPEN_CHAT","user_id":"{{bob.Id}}","ref":"b"}""",
        $$"""{"type":"MSG","chat_id":"{{chat}}","message_id":"{{Guest.NewId()}}","content":"hello there"}""",
        $$"""{"type":"MSG","to":"{{bob.Id}}","message_id":"{{Guest.NewId()}}","content":"hello \u00e9 😀","ref":"c"}""",
        $$"""{"type":"READ","chat_id":"{{chat}}","seq":3}""",
        $$"""{"type":"DELIVERED","chat_id":"{{chat}}","seq":2,"ref":"d"}""",
        $$"""{"type":"TYPING","chat_id":"{{chat}}","is_typing":true}""",
        """{"type":"STATUS","status":"away"}""",
        $$"""{"type":"WATCH","user_ids":["{{bob.Id}}","{{ada.Id}}"],"ref":"e"}""",
        """{"type":"PING","x":{"y":[1,2,{"z":null}]}}""",
    ];
}

public sealed class RestFuzzTests(OpenServer open)
{
    [Fact]
    public async Task REST_hostile_bodies_and_paths_are_refused_and_never_500()
    {
        var (ada, bob) = await Guest.PairAsync(open.Server);
        var chat = await ada.OpenChatAsync(bob);
        string[] bodies =
        [
            "{}", "[]", "{", "null", "{\"user_id\":{}}", "{\"display_name\":[[[[[[[[]]]]]]]]}", "{\"content\":\"\\ud800\",\"message_id\":\"x\"}",
            "{\"revs\":{\"a\":{}}}", "{\"refresh_token\":[]}", "{\"link_token\":{}}", "{\"refresh\":5}", "{\"cursor\":{}}", "{\"epoch\":[]}", "\u0000",
            new string('[', 5000), "{\"revs\":" + string.Concat(Enumerable.Repeat("{\"a\":", 500)), "{\"message_id\":\"" + new string('0', 36) + "\",\"content\":{}}",
        ];
        string[] posts = ["/api/sessions", "/api/sessions/link", "/api/sessions/refresh", "/api/presence/heartbeat", "/api/chats", $"/api/chats/{chat}/messages", "/api/sync"];
        string[] gets =
        [
            "/api/chats?cursor=%FF%FE", "/api/presence/online?q=%00", "/api/presence/online?q=%F0%9F%98%80&limit=1", "/api/presence/online?q=" + new string('a', 3000),
            $"/api/chats/{chat}/messages?before=9223372036854775807", $"/api/chats/{chat}/messages?before=9223372036854775808", $"/api/chats/{chat}/changes?after=-9223372036854775808",
            "/api/chats/..%2f..%2f", "/api/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/api//me", "/api/chats/" + new string('a', 2000), "/appsettings.json", "/fastchat.dll",
        ];

        foreach (var path in posts)
        {
            foreach (var body in bodies)
            {
                Assert.InRange((await ada.Api.PostAsync(path, body)).Status, 200, 499);
            }
        }

        foreach (var body in bodies)
        {
            Assert.InRange((await ada.Api.PatchAsync("/api/me", body)).Status, 400, 499);
        }

        foreach (var path in gets)
        {
            var answer = await ada.Api.GetAsync(path);
            Assert.InRange(answer.Status, 200, 499);
            Assert.DoesNotContain("root:", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"Logging\"", answer.Text, StringComparison.Ordinal);
        }

        open.Server.AssertCalmLog();
    }
}
