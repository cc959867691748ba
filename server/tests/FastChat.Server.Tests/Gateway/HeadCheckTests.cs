using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Gateway;
using FastChat.Server.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

/// <summary>CL5: what a node delivers by looking into the database, when no hint came.</summary>
public sealed class HeadCheckTests : IAsyncLifetime
{
    private readonly FakeTime time = new();
    private readonly Messages database = new();
    private readonly Shown shown;
    private readonly DeliveryOrder order;
    private readonly HeadCheck check;

    public HeadCheckTests()
    {
        shown = new Shown(time);
        var (missed, peers) = (new MissedMessages(database), new Peers(time) { CanExist = true });
        order = new DeliveryOrder(shown.Fanout, missed, new ChatQueries(database), peers, time, NullLogger<DeliveryOrder>.Instance);
        check = new HeadCheck(missed, order, peers, time, NullLogger<HeadCheck>.Instance);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await check.StopAsync(CancellationToken.None).WithinLimitAsync();
        check.Dispose();
        order.Dispose();
    }

    [Fact]
    public async Task CL2_what_was_there_before_the_start_is_not_delivered_and_what_came_since_is()
    {
        database.Last = 4;
        await check.StartAsync(CancellationToken.None);
        await LooksAsync(times: 3);
        Assert.Empty(shown.Revs());
        database.Last = 6;
        await UntilShownAsync("5 6");
        await LooksAsync(times: 3);
        Assert.Equal("5 6", shown.Revs());
    }

    [Fact]
    public async Task CL5_a_start_while_the_database_is_away_is_one_all_the_same()
    {
        database.IsAway = true;
        await check.StartAsync(CancellationToken.None);
        await LooksAsync(times: 2);
        (database.IsAway, database.Last) = (false, 1);
        await UntilShownAsync("1");
    }

    private Task LooksAsync(int times)
    {
        var before = database.Looks;
        return PassUntilAsync(() => database.Looks >= before + times, $"{times} looks into the database");
    }

    private Task UntilShownAsync(string revs) => PassUntilAsync(() => shown.Revs() == revs, $"the messages {revs} are shown");

    private Task PassUntilAsync(Func<bool> condition, string what) => Settle.UntilAsync(
        () =>
        {
            time.AdvanceWhileAwaited(TimeSpan.FromMilliseconds(250));
            return condition();
        },
        what);

    /// <summary>One chat with the messages 1 to <see cref="Last"/>, all of them new.</summary>
    private sealed class Messages : IDatabase
    {
        private int looks;
        private long last;

        public bool IsAway { get; set; }

        public long Last
        {
            get => Volatile.Read(ref last);
            set => Volatile.Write(ref last, value);
        }

        public int Looks => Volatile.Read(ref looks);

        public Task<T> ReadAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
        {
            if (typeof(T) == typeof(Dictionary<Guid, long>))
            {
                Interlocked.Increment(ref looks);
                return IsAway ? throw new DatabaseUnavailableException("away") : Answer<T>(Last == 0 ? new Dictionary<Guid, long>() : new Dictionary<Guid, long> { [Guid.Empty] = Last });
            }

            return Answer<T>(Enumerable.Range(1, (int)Last).Select(rev => Shown.Hint(rev)).ToList());
        }

        public Task<T> WriteAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> change, CancellationToken cancellationToken) =>
            throw new NotSupportedException("Nothing is written here.");

        private static Task<T> Answer<T>(object answer) => Task.FromResult((T)answer);
    }
}
