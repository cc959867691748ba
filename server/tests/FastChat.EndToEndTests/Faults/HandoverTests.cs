using FastChat.Faults.Audit;
using FastChat.Faults.Clients;
using FastChat.Faults.Network;

namespace FastChat.EndToEndTests.Faults;

/// <summary>Between what a client is told by the catch-up and what it is sent live nothing falls, wherever it is held up while messages flow.</summary>
public sealed class HandoverTests(OpenServer open)
{
    private const int Burst = 5;

    private Uri Server => open.Server.Root;

    [Theory]
    [InlineData(PausePoint.BeforeConnect, Burst)]
    [InlineData(PausePoint.BeforeHello, Burst)]
    [InlineData(PausePoint.BeforeHelloAck, Burst)]
    [InlineData(PausePoint.BeforeSync, Burst)]
    [InlineData(PausePoint.BeforeSyncApplied, Burst)]
    [InlineData(PausePoint.AfterSyncPage, Burst)]
    // More than a catch-up tells of one chat: its latest page comes, and the rest is read from the history.
    [InlineData(PausePoint.BeforeSync, 250)]
    [InlineData(PausePoint.BeforeSyncApplied, 250)]
    [InlineData(PausePoint.AfterSyncPage, 250)]
    public async Task CL2_who_connects_while_messages_flow_has_everything(PausePoint point, int before)
    {
        await using var talk = await Talk.BeginAsync(Server, Server);
        await talk.SayAsync(before);
        var (reached, released) = talk.HoldListener(point);

        talk.Listener.Start();
        await reached.WaitAsync(Verdict.Settling);
        await talk.SayAsync(Burst);
        released.SetResult();
        await talk.SayAsync(Burst);

        await talk.AssertWholeAsync(before + (2 * Burst));
    }

    [Theory]
    [InlineData(PausePoint.BeforeChanges)]
    [InlineData(PausePoint.BeforeChangesApplied)]
    public async Task CL1_who_misses_a_frame_while_messages_flow_has_everything(PausePoint point)
    {
        await using var proxy = new ChaosProxy(open.Server.Port);
        await using var talk = await Talk.BeginAsync(Server, proxy.Root);
        talk.Listener.Start();
        await talk.Listener.UntilAsync(client => client.IsQuiet, "connected", Verdict.Settling);
        var (reached, released) = talk.HoldListener(point);
        var dropped = 0;
        proxy.ToClient.Drop = frame => frame.Contains("\"MSG\"", StringComparison.Ordinal) && Interlocked.Increment(ref dropped) == 1;

        await talk.SayAsync(2);
        await reached.WaitAsync(Verdict.Settling);
        await talk.SayAsync(Burst);
        released.SetResult();
        await talk.SayAsync(Burst);

        await talk.AssertWholeAsync(2 + (2 * Burst));
        Assert.Equal(1, talk.Listener.Connections);
    }

    [Theory]
    [InlineData("HELLO_ACK")]
    [InlineData("PRESENCE")]
    [InlineData("MSG")]
    public async Task CL2_who_is_cut_off_inside_any_frame_of_the_server_has_everything(string type)
    {
        await using var proxy = new ChaosProxy(open.Server.Port);
        await using var talk = await Talk.BeginAsync(Server, proxy.Root);
        await talk.SayAsync(Burst);
        proxy.ToClient.CutInside(frame => frame.Contains($"\"{type}\"", StringComparison.Ordinal), offset: 20, CutKind.Reset);

        talk.Listener.Start();
        for (var burst = 0; burst < 5; burst++)
        {
            await talk.SayAsync(Burst);
        }

        await talk.AssertWholeAsync(6 * Burst);
    }

    /// <summary>One who speaks and one who listens.</summary>
    private sealed class Talk : IAsyncDisposable
    {
        private readonly Uri server;
        private readonly DeliveryRecorder recorder;
        private readonly FaultTolerantClient speaker;
        private readonly string chat;

        private Talk(Uri server, DeliveryRecorder recorder, FaultTolerantClient speaker, FaultTolerantClient listener, string chat) =>
            (this.server, this.recorder, this.speaker, Listener, this.chat) = (server, recorder, speaker, listener, chat);

        public FaultTolerantClient Listener { get; }

        public static async Task<Talk> BeginAsync(Uri server, Uri listensAt)
        {
            var (ada, bob) = (await Account.CreateAsync(server), await Account.CreateAsync(server));
            var kept = new DeliveryRecorder();
            var speaks = new FaultTolerantClient(ada, server, kept, new ClientSettings { Window = 32 });
            speaks.Start();
            return new Talk(server, kept, speaks, new FaultTolerantClient(bob, listensAt, kept), await ada.OpenChatAsync(server, bob));
        }

        /// <summary>Says so much and waits until it is acknowledged.</summary>
        public async Task SayAsync(int count)
        {
            for (var number = 0; number < count; number++)
            {
                speaker.Post(chat, $"number {number}");
            }

            await speaker.UntilAsync(client => client.Waiting == 0, "all acknowledged", Verdict.Settling);
        }

        /// <summary>The first time that the listener comes to this point it tells so and waits.</summary>
        public (Task Reached, TaskCompletionSource Released) HoldListener(PausePoint point)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Listener.AtPause = at => at == point && reached.TrySetResult() ? released.Task : Task.CompletedTask;
            return (reached.Task, released);
        }

        public async Task AssertWholeAsync(int count)
        {
            await Listener.UntilAsync(client => client.RevOf(chat) == count && client.IsQuiet, $"all {count}", Verdict.Settling);
            string[] members = [speaker.Account.UserId, Listener.Account.UserId];
            var report = DeliveryAudit.Run(recorder, [await Witness.ReadAsync(server, Listener.Account, chat, members)]);
            Verdict.AssertKept(report);
            Assert.Equal(count, report.Acked);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in new[] { speaker, Listener })
            {
                await client.DisposeAsync();
                client.Account.Dispose();
            }
        }
    }
}
