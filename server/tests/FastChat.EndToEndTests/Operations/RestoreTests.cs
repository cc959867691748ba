using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Operations;

/// <summary>What users see of a backup, a restore and a move.</summary>
[TakesLong]
public sealed class RestoreTests
{
    [Fact]
    public async Task OPS_a_backup_beside_a_busy_server_has_all_that_was_acknowledged_and_a_restore_starts_a_new_epoch()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        var epoch = await EpochAsync(ada);
        var backup = Path.Combine(server.Folder, "chat.backup");
        await using var socket = await ada.ConnectAsync();
        using var enough = new CancellationTokenSource();
        var writing = WriteAsync(socket, chat, enough.Token);
        await socket.UntilAcksAsync(300);
        var acked = Acks(socket);

        await VerbProcess.DoneAsync(server.DatabaseUrl, "backup", backup);
        await enough.CancelAsync();
        await writing;
        var (late, _) = await Guest.PairAsync(server);
        await server.KillAsync();
        var said = await RestoreAsync(server, backup);
        await server.StartAgainAsync();

        var history = await bob.HistoryAsync(chat);
        var restored = await EpochAsync(ada);
        Assert.NotEqual(epoch, restored);
        Assert.Contains(restored, said, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, history.Count).Select(seq => (long)seq), history.Select(message => message.Number("seq")));
        Assert.Empty(acked.Except(history.Select(message => (message.Text("message_id"), message.Number("seq")))));
        Assert.InRange(history.Count, acked.Count, int.MaxValue);
        await AssertResetAsync(bob, epoch, history);
        await AssertGoesOnAsync(ada, bob, chat, history);
        (await late.Api.GetAsync("/api/me")).IsProblem(401, "UNAUTHORIZED");
    }

    [Fact]
    [Trait("Database", "SQLite")]
    public async Task OPS_a_move_to_PostgreSQL_keeps_the_epoch_the_sessions_and_every_message()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await Shapes.FillAsync(ada, chat, 200, number => $"{number} 😀 \"世界\" {new string('x', number * 19)}");
        var history = await bob.HistoryAsync(chat);
        var epoch = await EpochAsync(ada);
        var postgres = await PostgresServer.SharedAsync();
        var name = await postgres.CreateDatabaseAsync();
        var target = postgres.Url(name) + "&connect_timeout=60";
        Assert.Contains("in use", await VerbProcess.RefusedAsync(server.DatabaseUrl, "move", "--to", target), StringComparison.Ordinal);
        await server.TerminateAsync();

        var said = await VerbProcess.DoneAsync(server.DatabaseUrl, "move", "--to", target);
        Assert.Contains($"DATABASE_URL=postgresql://fastchat@127.0.0.1:{postgres.Port}/{name}", said, StringComparison.Ordinal);
        Assert.DoesNotContain("p%40ss", said, StringComparison.Ordinal);
        Assert.Contains("not empty", await VerbProcess.RefusedAsync(server.DatabaseUrl, "move", "--to", target), StringComparison.Ordinal);
        await using (var moved = await ServerProcess.StartAsync(Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(name)))))
        {
            var (there, also) = (ada with { Server = moved }, bob with { Server = moved });
            Assert.Equal(epoch, await EpochAsync(there));
            Assert.Equal(history.Select(message => message.ToJsonString()), (await also.HistoryAsync(chat)).Select(message => message.ToJsonString()));
            var sync = (await also.Api.PostAsync("/api/sync", new { epoch, revs = new Dictionary<string, long>(StringComparer.Ordinal) { [chat] = 200 } })).Is(200).Json;
            Assert.Equal((false, 0), (sync.Flag("reset"), sync.Children("chats").Single().Children("messages").Length));
            await AssertGoesOnAsync(there, also, chat, history);
        }

        await postgres.DropDatabaseAsync(name);
    }

    [Fact]
    public async Task OPS_a_damaged_backup_is_refused_and_so_is_any_while_the_server_runs_and_it_serves_on()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await Shapes.FillAsync(ada, chat, 50);
        var epoch = await EpochAsync(ada);
        var backup = Path.Combine(server.Folder, "chat.backup");
        await VerbProcess.DoneAsync(server.DatabaseUrl, "backup", backup);
        Assert.Contains("in use", await VerbProcess.RefusedAsync(server.DatabaseUrl, "restore", backup), StringComparison.Ordinal);
        Assert.Equal(51, (await ada.PostMessageAsync(chat, "still here")).Number("seq"));
        var bytes = await File.ReadAllBytesAsync(backup);
        await File.WriteAllBytesAsync(backup, bytes[..^100]);
        await server.TerminateAsync();

        Assert.Contains("is damaged", await VerbProcess.RefusedAsync(server.DatabaseUrl, "restore", backup), StringComparison.Ordinal);
        await server.StartAgainAsync();

        Assert.Equal(epoch, await EpochAsync(ada));
        Assert.Equal(51, (await bob.HistoryAsync(chat)).Count);
    }

    [Fact]
    public async Task OPS_a_word_that_is_no_verb_does_not_start_a_server()
    {
        Assert.Contains("no verb bakup", await VerbProcess.RefusedAsync("sqlite:/nowhere/x.db", "bakup"), StringComparison.Ordinal);
        Assert.Contains("--urls", await VerbProcess.RefusedAsync("sqlite:/nowhere/x.db", "--urls", "http://127.0.0.1:1", "backup", "x"), StringComparison.Ordinal);
        Assert.Contains("backup <FILE>", await VerbProcess.DoneAsync("sqlite:/nowhere/x.db", "--help"), StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d+\.\d+", await VerbProcess.DoneAsync("sqlite:/nowhere/x.db", "--version"));
        Assert.Contains("There is no database", await VerbProcess.RefusedAsync("sqlite:/nowhere/x.db", "backup", "/tmp/never"), StringComparison.Ordinal);
    }

    /// <summary>PostgreSQL can't tell a node that was killed from one that runs until it has been silent for a while; an operator waits and tries again.</summary>
    private static async Task<string> RestoreAsync(ServerProcess server, string backup)
    {
        var said = string.Empty;
        await Eventually.HoldsAsync(
            async () =>
            {
                await using var restore = VerbProcess.Start(server.DatabaseUrl, "restore", backup);
                var exit = await restore.ExitAsync();
                said = restore.Output;
                Assert.True(exit == 0 || said.Contains("One that was killed counts as running", StringComparison.Ordinal), said);
                return exit == 0;
            },
            "a restore after the kill",
            Patience.Start);
        return said;
    }

    private static async Task<string> EpochAsync(Guest guest)
    {
        await using var socket = await ChatSocket.ConnectAsync(guest.Server.Root);
        await socket.SendAsync(new { type = "HELLO", token = guest.Token });
        return (await socket.ExpectAsync("HELLO_ACK")).Text("epoch");
    }

    /// <summary>A client that has seen more than was restored does not wait for revisions that never come (CL3).</summary>
    private static async Task AssertResetAsync(Guest guest, string epoch, List<JsonObject> history)
    {
        var chat = history[0].Text("chat_id");
        var sync = (await guest.Api.PostAsync("/api/sync", new { epoch, revs = new Dictionary<string, long>(StringComparer.Ordinal) { [chat] = 1_000_000 } })).Is(200).Json;
        Assert.True(sync.Flag("reset"));
        Assert.Equal(history[^1].Text("message_id"), sync.Children("chats").Single().Children("messages")[^1].Text("message_id"));
    }

    /// <summary>The tokens sign in, what was sent is known, and the next message has the next place.</summary>
    private static async Task AssertGoesOnAsync(Guest ada, Guest bob, string chat, List<JsonObject> history)
    {
        (await bob.Api.GetAsync("/api/me")).Is(200);
        (await ada.Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = bob.RefreshToken })).Is(200);
        await using var socket = await ada.ConnectAsync();
        var last = history[^1];
        var again = await socket.AskAsync(
            new { type = "MSG", chat_id = chat, message_id = last.Text("message_id"), content = last.Text("content") }, "MSG_ACK");
        Assert.Equal((true, last.Number("seq")), (again.Flag("duplicate"), again.Number("seq")));
        var next = await socket.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = "on it goes" }, "MSG_ACK");
        Assert.Equal(history.Count + 1, next.Number("seq"));
        Assert.Equal("on it goes", (await bob.HistoryAsync(chat))[^1].Text("content"));
    }

    private static async Task WriteAsync(ChatSocket socket, string chat, CancellationToken enough)
    {
        for (var number = 1; !enough.IsCancellationRequested; number++)
        {
            await socket.SendAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content = $"message {number}" });
            await socket.UntilAcksAsync(number - 50);
        }
    }

    private static HashSet<(string Id, long Seq)> Acks(ChatSocket socket) =>
    [
        .. socket.Arrivals.Select(item => item.Frame).Where(frame => frame.Text("type") == "MSG_ACK").Select(ack => (ack.Text("message_id"), ack.Number("seq"))),
    ];
}
