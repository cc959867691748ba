using System.Diagnostics;
using FastChat.Faults.Clients;

namespace FastChat.EndToEndTests.Faults;

/// <summary>A PostgreSQL that goes and comes back under a server that is not started anew.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class PostgresOutageTests : IAsyncLifetime
{
    /// <summary>GW3.</summary>
    private static readonly TimeSpan Promised = Patience.Bound(5);

    private PostgresServer postgres = null!;
    private ServerProcess server = null!;

    public async ValueTask InitializeAsync()
    {
        postgres = await PostgresServer.StartAsync();
        server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(await postgres.CreateDatabaseAsync()))));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await postgres.DisposeAsync();
    }

    [Fact]
    public async Task CH1_CH2_CH3_through_restarts_of_the_database_under_load_nothing_is_lost_doubled_or_out_of_order()
    {
        await using var crowd = await Crowd.GatherAsync(server.Root, _ => server.Root);
        crowd.StartTyping();
        foreach (var how in new[] { PostgresStop.Fast, PostgresStop.Immediate, PostgresStop.Fast, PostgresStop.Immediate })
        {
            var before = crowd.Recorder.Acked;
            await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= before + 100, "a hundred more messages");
            await postgres.RestartAsync(how);
        }

        var report = await Verdict.AssertKeptAsync(crowd, server.Root);
        Assert.InRange(report.Acked, 400, long.MaxValue);
        Assert.All(crowd.Clients, client => Assert.Equal(1, client.Connections));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GW3_while_the_database_is_gone_or_hangs_callers_are_told_so_within_five_seconds_and_work_goes_on_after_its_return(bool hangs)
    {
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await using var mine = await ada.ConnectAsync();
        await using var theirs = await bob.ConnectAsync();

        await LeaveAsync(hangs);
        for (var round = 0; round < 2; round++)
        {
            await Task.WhenAll(
                WithinPromiseAsync("a message", () => mine.RefusedAsync(Message(chat, Guest.NewId()), "UNAVAILABLE")),
                WithinPromiseAsync("a message by REST", () => UnavailableAsync(ada.Api.PostAsync($"/api/chats/{chat}/messages", new { message_id = Guest.NewId(), content = "x" }))),
                WithinPromiseAsync("the chats", () => UnavailableAsync(ada.Api.GetAsync("/api/chats"))),
                WithinPromiseAsync("a new name", () => UnavailableAsync(ada.Api.PatchAsync("/api/me", new { display_name = "Late" }))),
                WithinPromiseAsync("readiness", async () => (await server.Api.GetAsync("/health/ready")).IsProblem(503, "UNAVAILABLE")));
            await WithinPromiseAsync("a ping", () => mine.AskAsync(new { type = "PING" }, "PONG"));
        }

        (await server.Api.GetAsync("/health/live")).Is(200);
        await ReturnAsync(hangs);

        await WithinPromiseAsync("a message again", () => UntilAckedAsync(mine, chat));
        await Eventually.HoldsAsync(async () => await server.Api.StatusAsync("/health/ready") == 200, "ready", Promised);
        await theirs.ExpectAsync("MSG", frame => frame.Text("content") == "back");
        Assert.Equal((null, null), (mine.CloseCode, theirs.CloseCode));
        var seqs = (await bob.HistoryAsync(chat)).ConvertAll(message => message.Number("seq"));
        Assert.Equal(Enumerable.Range(1, seqs.Count).Select(seq => (long)seq), seqs);
    }

    private static object Message(string chat, string id) => new { type = "MSG", chat_id = chat, message_id = id, content = "back" };

    private static async Task UnavailableAsync(Task<ApiAnswer> asked)
    {
        var answer = (await asked).IsProblem(503, "UNAVAILABLE");
        Assert.NotNull(answer.Header("Retry-After"));
    }

    private static async Task WithinPromiseAsync(string what, Func<Task> act)
    {
        var clock = Stopwatch.StartNew();
        await act();
        Assert.True(clock.Elapsed < Promised, $"It took {clock.Elapsed.TotalSeconds:0.0} s: {what}.");
    }

    /// <summary>As a client does: the same id again until it is acknowledged.</summary>
    private static async Task UntilAckedAsync(ChatSocket socket, string chat)
    {
        var id = Guest.NewId();
        while (true)
        {
            await socket.SendAsync(Message(chat, id));
            var answer = await socket.NextAsync();
            if (answer.Text("type") == "MSG_ACK" && answer.Text("message_id") == id)
            {
                return;
            }
        }
    }

    private async Task LeaveAsync(bool hangs)
    {
        if (hangs)
        {
            postgres.Pause();
        }
        else
        {
            await postgres.StopAsync(PostgresStop.Fast);
        }
    }

    private async Task ReturnAsync(bool hangs)
    {
        if (hangs)
        {
            postgres.Resume();
        }
        else
        {
            await postgres.StartAgainAsync();
        }
    }
}
