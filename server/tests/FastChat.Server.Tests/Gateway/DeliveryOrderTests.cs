using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Gateway;
using FastChat.Server.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

/// <summary>CH3 between nodes: what a node does while it looks up what the bus did not bring.</summary>
public sealed class DeliveryOrderTests : IAsyncLifetime
{
    private static readonly TimeSpan Overtaken = TimeSpan.FromMilliseconds(20);

    private readonly FakeTime time = new();
    private readonly SlowDatabase database = new();
    private readonly Shown shown;
    private readonly DeliveryOrder order;

    public DeliveryOrderTests()
    {
        shown = new Shown(time);
        order = new DeliveryOrder(
            shown.Fanout, new MissedMessages(database), new ChatQueries(database), new Peers(time) { CanExist = true }, time, NullLogger<DeliveryOrder>.Instance);
    }

    public async ValueTask InitializeAsync() => await order.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await order.StopAsync(CancellationToken.None).WithinLimitAsync();
        order.Dispose();
        database.Dispose();
    }

    [Fact]
    public async Task CH3_what_the_bus_did_not_bring_is_looked_up_and_comes_at_its_place()
    {
        Deliver(1, 4);
        await LookUpBeginsAsync();
        database.Answer(2, 3);
        await ShowsAsync("1 2 3 4");
    }

    [Fact]
    public async Task CH3_what_is_overtaken_during_a_look_up_is_waited_for_too()
    {
        Deliver(1, 3);
        await LookUpBeginsAsync();
        Deliver(5);
        database.Answer(2);
        await ShowsAsync("1 2 3");
        Deliver(4);
        Assert.Equal("1 2 3 4 5", shown.Revs());
    }

    [Fact]
    public async Task CH3_what_is_lost_during_a_look_up_is_looked_up_next()
    {
        Deliver(1, 3);
        await LookUpBeginsAsync();
        Deliver(5);
        database.Answer(2);
        await LookUpBeginsAsync();
        database.Answer(4);
        await ShowsAsync("1 2 3 4 5");
    }

    [Fact]
    public async Task CL1_without_a_database_what_is_there_goes_out_and_the_gap_is_left_to_the_clients()
    {
        Deliver(1, 3);
        await LookUpBeginsAsync();
        Deliver(5);
        database.Fail();
        await ShowsAsync("1 3 5");
        Deliver(4, 6);
        Assert.Equal("1 3 5 6", shown.Revs());
    }

    private void Deliver(params long[] revs) => Array.ForEach(revs, rev => order.Deliver(Shown.Hint(rev)));

    /// <summary>The moment in which what was overtaken may come is over, and the database is asked.</summary>
    private async Task LookUpBeginsAsync()
    {
        await Settle.UntilAsync(() => time.ActiveTimers == 1, "what was overtaken is waited for");
        time.Advance(Overtaken);
        await Settle.UntilAsync(database.IsAsked, "the database is asked");
    }

    private Task ShowsAsync(string revs) => Settle.UntilAsync(() => shown.Revs() == revs, $"the messages {revs} are shown");

    /// <summary>Answers with the messages that a test names, once it does.</summary>
    private sealed class SlowDatabase : IDatabase, IDisposable
    {
        private readonly SemaphoreSlim asked = new(0);
        private TaskCompletionSource<List<MessageHint>> answer = new();

        /// <summary>True once for each question.</summary>
        public bool IsAsked() => asked.Wait(0);

        public void Answer(params long[] revs) => answer.SetResult([.. revs.Select(Shown.Hint)]);

        public void Fail() => answer.SetException(new DatabaseUnavailableException("away"));

        public Task<T> ReadAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
        {
            answer = new TaskCompletionSource<List<MessageHint>>(TaskCreationOptions.RunContinuationsAsynchronously);
            asked.Release();
            return (Task<T>)(object)answer.Task;
        }

        public Task<T> WriteAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> change, CancellationToken cancellationToken) =>
            throw new NotSupportedException("Nothing is written here.");

        public void Dispose() => asked.Dispose();
    }
}
