using System.Text;
using FastChat.Server.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.ContractTests.Cluster;

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
        Other.Subscribe(ear.Hear);
        for (var i = 0; i < 1000; i++)
        {
            Backplane.Publish(Hint(0, i));
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => Hint(0, i)), await ear.HeardAsync());
    }

    [Fact]
    public async Task Of_publishers_at_once_each_keeps_its_own_order_and_nothing_is_lost()
    {
        var ear = new Ear(1000);
        Other.Subscribe(ear.Hear);
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
        var hints = Kinds();
        var ear = new Ear(hints.Count);
        Other.Subscribe(ear.Hear);
        hints.ForEach(backplane.Publish);
        Assert.Equal(hints.Select(Describe), (await ear.HeardAsync()).Select(Describe));
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

    /// <summary>Where it is heard: the same node, or another one.</summary>
    protected virtual IBackplane Other => backplane;

    protected IBackplane Backplane => backplane;

    protected abstract Task<IBackplane> StartAsync();

    protected virtual Task StopAsync() => Task.CompletedTask;

    /// <summary>A hint with all that is in it, bytes and lists too.</summary>
    protected static string Describe(Hint hint) => hint switch
    {
        FrameHint frame => $"{string.Join(',', frame.UserIds)} {Encoding.UTF8.GetString(frame.Frame.Span)} {frame.ExceptConnection} {frame.Key} {frame.IsDroppable}",
        MessageHint message => $"{message.ChatId} {message.Rev} {string.Join(" | ", message.Frames.Select(Describe))}",
        ChatOpenedHint opened => $"{opened.ChatId} opened {Describe(opened.Frame)}",
        _ => $"{hint}",
    };

    private static List<Hint> Kinds()
    {
        var (user, other, connection, chat) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var message = new FrameHint([user, other], "{\"content\":\"Zoë 🙂 \\n {}\"}"u8.ToArray(), connection) { Key = new MergeKey("MSG", chat, default) };
        return
        [
            new FrameHint([user], "frame with spaces"u8.ToArray(), null) { Key = new MergeKey("READ", chat, user), IsDroppable = true },
            new MessageHint(chat, 1, [message with { Key = null, ExceptConnection = null }, message, message with { UserIds = [other] }]),
            new MessageHint(chat, long.MaxValue, [message]),
            new ChatOpenedHint(chat, message),
            new SessionRevokedHint(connection),
            new UserRenamedHint(user, "Zoë the 2nd"),
            new BlocksChangedHint(user, other, connection),
        ];
    }

    protected static Guid Publisher(int number) => new(number, 0, 0, new byte[8]);

    protected static UserRenamedHint Hint(int publisher, int number) => new(Publisher(publisher), $"{number}");
}

public sealed class InProcessBackplaneTests : BackplaneContract
{
    protected override Task<IBackplane> StartAsync() => Task.FromResult<IBackplane>(new InProcessBackplane(NullLogger<InProcessBackplane>.Instance));
}
