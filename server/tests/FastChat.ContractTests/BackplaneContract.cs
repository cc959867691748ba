using FastChat.Server.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.ContractTests;

/// <summary><see cref="IBackplane"/>: hints of one publisher arrive in their order, and no listener keeps them from another.</summary>
public abstract class BackplaneContract : IAsyncLifetime
{
    private IBackplane backplane = null!;

    public async ValueTask InitializeAsync() => backplane = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Hints_of_a_publisher_arrive_in_the_order_in_which_they_were_published()
    {
        var ear = new Ear(1000);
        backplane.Subscribe(ear.Hear);
        for (var i = 0; i < 1000; i++)
        {
            backplane.Publish(Hint(0, i));
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => Hint(0, i)), await ear.HeardAsync());
    }

    [Fact]
    public async Task Of_publishers_at_once_each_keeps_its_own_order_and_nothing_is_lost()
    {
        var ear = new Ear(1000);
        backplane.Subscribe(ear.Hear);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(publisher => Task.Run(() =>
        {
            for (var i = 0; i < 250; i++)
            {
                backplane.Publish(Hint(publisher, i));
            }
        })));
        var heard = (await ear.HeardAsync()).Cast<UserRenamedHint>().ToLookup(hint => hint.UserId);
        Assert.All(
            Enumerable.Range(0, 4), publisher => Assert.Equal(Enumerable.Range(0, 250).Select(i => Hint(publisher, i)), heard[Publisher(publisher)]));
    }

    [Fact]
    public async Task A_listener_that_fails_stops_neither_the_others_nor_the_publisher_nor_the_next_hint()
    {
        var (before, after) = (new Ear(2), new Ear(2));
        backplane.Subscribe(before.Hear);
        backplane.Subscribe(_ => throw new InvalidOperationException("a bug"));
        backplane.Subscribe(after.Hear);
        backplane.Publish(Hint(0, 1));
        backplane.Publish(Hint(0, 2));
        Assert.Equal([Hint(0, 1), Hint(0, 2)], await before.HeardAsync());
        Assert.Equal([Hint(0, 1), Hint(0, 2)], await after.HeardAsync());
    }

    [Fact]
    public async Task Every_kind_of_hint_arrives_as_it_was_sent()
    {
        var ear = new Ear(3);
        backplane.Subscribe(ear.Hear);
        var (user, connection, chat) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        backplane.Publish(new FrameHint([user], "frame"u8.ToArray(), connection) { Key = new MergeKey("MSG", chat, user), IsDroppable = true });
        backplane.Publish(new SessionRevokedHint(connection));
        backplane.Publish(new UserRenamedHint(user, "Zoë"));
        var heard = await ear.HeardAsync();
        var frame = Assert.IsType<FrameHint>(heard[0]);
        Assert.Equal([user], frame.UserIds);
        Assert.Equal("frame"u8, frame.Frame.Span);
        Assert.Equal((connection, new MergeKey("MSG", chat, user), true), (frame.ExceptConnection, frame.Key, frame.IsDroppable));
        Assert.Equal([new SessionRevokedHint(connection), new UserRenamedHint(user, "Zoë")], heard.Skip(1));
    }

    [Fact]
    public async Task Who_subscribes_later_hears_from_then_on()
    {
        var first = new Ear(1);
        backplane.Subscribe(first.Hear);
        backplane.Publish(Hint(0, 1));
        await first.HeardAsync();
        var late = new Ear(1);
        backplane.Subscribe(late.Hear);
        backplane.Publish(Hint(0, 2));
        Assert.Equal([Hint(0, 2)], await late.HeardAsync());
    }

    protected abstract Task<IBackplane> StartAsync();

    protected virtual Task StopAsync() => Task.CompletedTask;

    private static Guid Publisher(int number) => new(number, 0, 0, new byte[8]);

    private static UserRenamedHint Hint(int publisher, int number) => new(Publisher(publisher), $"{number}");

    /// <summary>Waits for so many hints; a bus may bring them a little later.</summary>
    private sealed class Ear(int count)
    {
        private readonly Lock gate = new();
        private readonly List<Hint> heard = [];
        private readonly TaskCompletionSource<List<Hint>> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Hear(Hint hint)
        {
            lock (gate)
            {
                heard.Add(hint);
                if (heard.Count == count)
                {
                    done.SetResult([.. heard]);
                }
            }
        }

        public Task<List<Hint>> HeardAsync() => done.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}

public sealed class InProcessBackplaneTests : BackplaneContract
{
    protected override Task<IBackplane> StartAsync() => Task.FromResult<IBackplane>(new InProcessBackplane(NullLogger<InProcessBackplane>.Instance));
}
