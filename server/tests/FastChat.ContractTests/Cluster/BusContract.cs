using FastChat.Server.Cluster;
using FastChat.Server.Tests;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FastChat.ContractTests.Cluster;

/// <summary>A bus between nodes: two of them, each with its own <see cref="IBackplane"/>, and what is heard is heard on the other.</summary>
public abstract class BusContract : BackplaneContract
{
    private readonly Warnings warnings = new();
    private readonly List<BusBackplane> nodes = [];
    private readonly Peers otherPeers = Peers();

    protected override IBackplane Other => nodes[1];

    protected override async Task<IBackplane> StartAsync()
    {
        await PrepareAsync();
        await StartNodeAsync(Peers());
        await StartNodeAsync(otherPeers);
        return nodes[0];
    }

    protected override async Task StopAsync()
    {
        foreach (var node in nodes)
        {
            await node.StopAsync(CancellationToken.None).WithinLimitAsync();
            node.Dispose();
        }

        await EndAsync();
    }

    [Fact]
    public async Task What_happens_on_a_node_is_heard_there_once_and_before_the_call_returns()
    {
        var heard = new List<Hint>();
        var other = new Ear(2);
        Backplane.Subscribe(heard.Add);
        Other.Subscribe(other.Hear);
        Backplane.Publish(Hint(0, 1));
        Assert.Equal([Hint(0, 1)], heard);
        Backplane.Publish(Hint(0, 2));
        await other.HeardAsync();
        Assert.Equal([Hint(0, 1), Hint(0, 2)], heard);
    }

    [Fact]
    public async Task A_message_too_large_for_the_bus_comes_by_reference_and_keeps_its_place()
    {
        var ear = new Ear(3);
        Other.Subscribe(ear.Hear);
        var chat = Guid.NewGuid();
        var large = new FrameHint([Guid.NewGuid()], new byte[200_000].Select(_ => (byte)'x').ToArray(), null);
        Backplane.Publish(Hint(0, 1));
        Backplane.Publish(new MessageHint(chat, 7, [large]));
        Backplane.Publish(Hint(0, 2));
        Assert.Equal([Describe(Hint(0, 1)), Describe(new MessageHint(chat, 7, [])), Describe(Hint(0, 2))], (await ear.HeardAsync()).Select(Describe));
    }

    [Fact]
    public async Task Without_other_nodes_nothing_is_sent_and_with_one_that_is_heard_it_is()
    {
        var alone = Peers();
        alone.Counted(0);
        Assert.True(Peers().MayExist);
        Assert.False(alone.MayExist);
        await StartNodeAsync(alone);
        await Settle.UntilAsync(() =>
        {
            Backplane.Publish(Hint(0, 1));
            return alone.MayExist;
        });
        Assert.Empty(warnings.Lines);
    }

    [Fact]
    public async Task While_the_bus_is_away_nothing_waits_and_when_it_is_back_the_others_are_told_that_they_missed_something()
    {
        var lost = 0;
        otherPeers.HintsLost += () => Interlocked.Increment(ref lost);
        Cut();

        // A call that waited for the bus would wait until it is mended.
        var publishing = Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                Backplane.Publish(Hint(0, i));
            }
        });
        await publishing.WithinLimitAsync("publishing while the bus is away");

        // A node that has nothing to send notices the loss when it is time for its next sign of life; here it has something.
        await Settle.UntilAsync(() =>
        {
            Backplane.Publish(Hint(2, 0));
            Other.Publish(Hint(2, 0));
            return warnings.Lines.Count(line => line.Contains("is away", StringComparison.Ordinal)) == 2;
        });
        Mend();
        await Settle.UntilAsync(() => warnings.Lines.Count(line => line.Contains("is back", StringComparison.Ordinal)) == 2 && Volatile.Read(ref lost) > 0);

        // What was published while the loss was not yet noticed may still arrive.
        var ear = new Ear(1);
        Other.Subscribe(hint =>
        {
            if (hint is UserRenamedHint renamed && renamed.UserId == Publisher(1))
            {
                ear.Hear(hint);
            }
        });
        Backplane.Publish(Hint(1, 1));
        Assert.Equal([Hint(1, 1)], await ear.HeardAsync());
    }

    /// <summary>Makes the bus ready to be connected to.</summary>
    protected abstract Task PrepareAsync();

    /// <summary>The bus as a node sees it.</summary>
    protected abstract IBus Bus();

    /// <summary>All connections end, and none can be made.</summary>
    protected abstract void Cut();

    /// <summary>Connections can be made again.</summary>
    protected abstract void Mend();

    protected virtual Task EndAsync() => Task.CompletedTask;

    private static Peers Peers() => new(new UnhurriedTime()) { CanExist = true };

    private async Task StartNodeAsync(Peers peers)
    {
        var node = new BusBackplane(Bus(), peers, new UnhurriedTime(), warnings);
        nodes.Add(node);
        await node.StartAsync(CancellationToken.None);
    }

    /// <summary>What the nodes log.</summary>
    private sealed class Warnings : ILogger<BusBackplane>
    {
        private readonly Lock gate = new();
        private readonly List<string> lines = [];

        public List<string> Lines
        {
            get
            {
                lock (gate)
                {
                    return [.. lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (gate)
            {
                lines.Add(formatter(state, exception));
            }
        }
    }
}
