using System.Text;

namespace FastChat.EndToEndTests.Security.Fuzz;

/// <summary>Frames changed at random: whatever they are, the server answers by the contract and lives.</summary>
public sealed class FrameFuzzTests(FuzzServer fuzz) : IClassFixture<FuzzServer>
{
    private const int Batch = 40;

    private static readonly int[] AllowedCloses = [1002, 1003, 1007, 1009, 4001, 4004, 4501];

    [Fact]
    public Task GW2_mutated_frames_do_no_harm() => FuzzRun.RunAsync("frames", 0.75, fuzz.Server, RunAsync);

    private async Task RunAsync(FuzzRun run, Random random)
    {
        var (ada, bob) = await Guest.PairAsync(fuzz.Server);
        var chat = await ada.OpenChatAsync(bob);
        var good = GoodFrames(ada, bob, chat);
        await using var watching = await bob.ConnectAsync();
        RawSocket? socket = null;
        for (var sent = 0; sent < run.Inputs; sent += Batch)
        {
            run.At(sent);
            socket ??= await ada.ConnectRawAsync();
            if (!await SurvivesAsync(socket, run, random, good, sent))
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
        if (socket is not null)
        {
            await socket.DisposeAsync();
        }
    }

    /// <summary>One batch and a fence behind it; false if the connection was closed for a reason that the contract knows.</summary>
    private static async Task<bool> SurvivesAsync(RawSocket socket, FuzzRun run, Random random, string[] good, int number)
    {
        using var batch = new MemoryStream();
        var mutator = new Mutator(random);
        for (var index = 0; index < Math.Min(Batch, run.Inputs - number); index++)
        {
            batch.Write(Framed(random, mutator.Text(good[random.Next(good.Length)])));
            run.Count("sent");
        }

        batch.Write(RawSocket.Encode(RawSocket.TextFrame, Encoding.UTF8.GetBytes($$"""{"type":"PING","ref":"fence-{{number}}"}""")));
        await socket.SendBytesAsync(batch.ToArray());
        while (true)
        {
            var frame = await socket.ReadAsync(Patience.Answer);
            Assert.True(frame is not null, "The connection ended without a close code.");
            if (frame!.Opcode == RawSocket.Close)
            {
                Assert.Contains(frame.CloseCode, AllowedCloses);
                run.Count($"(closed {frame.CloseCode})");
                return false;
            }

            if (frame.Opcode == RawSocket.TextFrame)
            {
                var json = Json.Parse(frame.Text);
                if (json.Text("type") == "PONG" && json.Has("ref") && json.Text("ref") == $"fence-{number}")
                {
                    return true;
                }

                run.Count(json.Text("type") == "ERROR" ? $"({json.Text("code")})" : "(answered or told)");
                Assert.False(json.Text("type") == "ERROR" && json.Text("code") is "INTERNAL_ERROR" or "UNAVAILABLE", frame.Text);
            }
        }
    }

    private static byte[] Framed(Random random, byte[] bytes) => random.Next(10) == 0 && bytes.Length > 1
        ? [.. RawSocket.Encode(RawSocket.TextFrame, bytes[..1], final: false), .. RawSocket.Encode(RawSocket.Continuation, bytes[1..])]
        : RawSocket.Encode(random.Next(500) == 0 ? RawSocket.BinaryFrame : RawSocket.TextFrame, bytes);

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
