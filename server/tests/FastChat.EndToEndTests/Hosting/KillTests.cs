using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Hosting;

/// <summary>CH1: what was acknowledged is there after kill -9, at whatever moment it came.</summary>
[TakesLong]
public sealed class KillTests
{
    private const int Kills = 8;

    /// <summary>So many messages are on their way at once.</summary>
    private const int Window = 100;

    [Fact]
    public async Task CH1_an_acknowledged_message_is_there_after_a_kill()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        await using var mine = await ada.ConnectAsync();
        var id = Guest.NewId();

        var ack = await mine.AskAsync(new { type = "MSG", to = bob.Id, message_id = id, content = "durable" }, "MSG_ACK");
        await server.KillAsync();
        await server.StartAgainAsync();

        var message = Assert.Single(await bob.HistoryAsync(ack.Text("chat_id")));
        Assert.Equal((id, "durable", 1, ack.Text("sent_at")), (message.Text("message_id"), message.Text("content"), message.Number("seq"), message.Text("sent_at")));
        await using var again = await ada.ConnectAsync();
        var repeat = await again.AskAsync(new { type = "MSG", to = bob.Id, message_id = id, content = "durable" }, "MSG_ACK");
        Assert.Equal((true, 1), (repeat.Flag("duplicate"), repeat.Number("seq")));
        await again.RefusedAsync(new { type = "MSG", to = bob.Id, message_id = id, content = "other" }, "CONFLICT");
    }

    [Fact]
    public async Task CH1_through_many_kills_no_acknowledged_message_is_lost_doubled_or_moved()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        var random = new Random(20);
        var acked = new Dictionary<string, long>(StringComparer.Ordinal);
        var sent = new List<string>();

        for (var kill = 0; kill < Kills; kill++)
        {
            await using (var socket = await ada.ConnectAsync())
            {
                var writing = WriteAsync(socket, chat, sent, acked.Keys.ToHashSet(StringComparer.Ordinal));
                var enough = random.Next(1, 250);
                await socket.UntilAcksAsync(enough);
                await server.KillAsync();
                await socket.ExpectCloseAsync();
                await writing;
                NoteAcks(socket, acked);
            }

            await server.StartAgainAsync();
            AssertKept(await bob.HistoryAsync(chat), acked);
        }

        await using var last = await ada.ConnectAsync();
        for (var index = 0; index < sent.Count; index++)
        {
            await SendAsync(last, chat, sent[index]);
            await last.UntilAcksAsync(index - Window);
        }

        await last.UntilAcksAsync(sent.Count);
        NoteAcks(last, acked);
        var history = await bob.HistoryAsync(chat);
        AssertKept(history, acked);
        Assert.Equal(sent.Order(StringComparer.Ordinal), history.Select(message => message.Text("message_id")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task CH1_whatever_else_was_answered_outlives_a_kill_too()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var phone = await ada.OnAnotherDeviceAsync();
        await ada.Api.PatchAsync("/api/me", new { display_name = "Renamed" });
        var chat = await ada.OpenChatAsync(bob);
        (await ada.Api.DeleteAsync($"/api/sessions/{phone.SessionId}")).Is(204);
        var next = (await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.RefreshToken })).Is(200).Json.Text("refresh_token");

        await server.KillAsync();
        await server.StartAgainAsync();

        Assert.Equal("Renamed", (await ada.Api.GetAsync("/api/me")).Is(200).Json.Text("display_name"));
        Assert.Equal(chat, (await ada.Api.GetAsync("/api/chats")).Is(200).Json.Children("chats").Single().Text("chat_id"));
        (await phone.Api.GetAsync("/api/me")).IsProblem(401, "UNAUTHORIZED");
        (await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = next })).Is(200);
    }

    /// <summary>First what has had no answer yet, then new ones, until the connection is gone.</summary>
    private static async Task WriteAsync(ChatSocket socket, string chat, List<string> sent, HashSet<string> answered)
    {
        try
        {
            var waiting = new Queue<string>(sent.Where(id => !answered.Contains(id)));
            for (var number = 0; socket.CloseCode is null; number++)
            {
                if (!waiting.TryDequeue(out var id))
                {
                    sent.Add(id = Guest.NewId());
                }

                await SendAsync(socket, chat, id);
                await socket.UntilAcksAsync(number - Window);
            }
        }
        catch (Exception end) when (socket.CloseCode is not null
            || end is System.Net.WebSockets.WebSocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The server was killed; that is the experiment.
        }
    }

    private static Task SendAsync(ChatSocket socket, string chat, string id) =>
        socket.SendAsync(new { type = "MSG", chat_id = chat, message_id = id, content = $"content of {id}" });

    private static void NoteAcks(ChatSocket socket, Dictionary<string, long> acked)
    {
        foreach (var ack in socket.Arrivals.Select(item => item.Frame).Where(frame => frame.Text("type") == "MSG_ACK"))
        {
            var known = acked.TryAdd(ack.Text("message_id"), ack.Number("seq"));
            Assert.True(known || acked[ack.Text("message_id")] == ack.Number("seq"), "A message moved to another place.");
        }
    }

    private static void AssertKept(List<JsonObject> history, Dictionary<string, long> acked)
    {
        Assert.Equal(Enumerable.Range(1, history.Count).Select(seq => (long)seq), history.Select(message => message.Number("seq")));
        var places = history.ToDictionary(message => message.Text("message_id"), message => message.Number("seq"), StringComparer.Ordinal);
        Assert.All(acked, ack => Assert.Equal(ack.Value, places.GetValueOrDefault(ack.Key, -1)));
        Assert.All(history, message => Assert.Equal($"content of {message.Text("message_id")}", message.Text("content")));
    }
}
