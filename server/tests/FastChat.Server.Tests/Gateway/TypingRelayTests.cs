using System.Text;
using FastChat.Protocol;
using FastChat.Server.Blocks;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Gateway;
using FastChat.Server.Tests.Chats;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

public sealed class TypingRelayTests : IAsyncLifetime
{
    private readonly FakeTime time = new();
    private readonly ChatFixture chats = new();
    private readonly Lock gate = new();
    private readonly List<string> heard = [];
    private readonly BlockIndex blocks = new();
    private readonly Connection connection;
    private readonly TypingRelay relay;
    private Guid ann;
    private Guid bob;
    private Guid chat;

    public TypingRelayTests()
    {
        connection = new Connection(new FakeSocket(), FakeSocket.NoTransport, time, _ => Task.CompletedTask);
        chats.Backplane.Subscribe(Note);
        relay = new TypingRelay(
            new ChatMembers(chats.Database), blocks, chats.Backplane, Options.Create(new GatewayOptions()), time, NullLogger<TypingRelay>.Instance);
    }

    public async ValueTask InitializeAsync()
    {
        (ann, bob) = (await chats.UserAsync("Ann"), await chats.UserAsync("Bob"));
        chat = (await chats.SeedChatAsync(ann, bob, messages: 1)).ChatId;
        await relay.StartAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await relay.StopAsync(default).WithinLimitAsync();
        relay.Dispose();
        await chats.DisposeAsync();
    }

    [Fact]
    public async Task BL7_typing_goes_neither_from_the_blocker_to_the_blocked_nor_back()
    {
        blocks.Set(bob, ann, DateTimeOffset.UnixEpoch);
        relay.Signal(connection, bob, new TypingSignal(chat, true));
        relay.Signal(connection, ann, new TypingSignal(chat, true));
        var eve = await chats.UserAsync("Eve");
        var other = (await chats.SeedChatAsync(ann, eve, messages: 1)).ChatId;
        await Settle.UntilAsync(() =>
        {
            // The users' rates want a pause between two signals.
            time.Advance(TimeSpan.FromSeconds(1));
            relay.Signal(connection, ann, new TypingSignal(other, true));
            return Heard().Count > 0;
        });
        Assert.All(Heard(), signal => Assert.Contains(other.ToString(), signal, StringComparison.Ordinal));
    }

    [Fact]
    public async Task GW7_of_typing_that_comes_too_fast_the_last_state_wins_and_nobody_is_told_of_the_rest()
    {
        relay.Signal(connection, ann, new TypingSignal(chat, true));
        await HeardAsync(1);
        relay.Signal(connection, ann, new TypingSignal(chat, false));
        relay.Signal(connection, ann, new TypingSignal(chat, true));
        relay.Signal(connection, ann, new TypingSignal(chat, false));
        await Settle.UntilAsync(() => time.ActiveTimers == 1);
        Assert.Single(Heard());
        await Settle.UntilAsync(() =>
        {
            time.AdvanceWhileAwaited(TimeSpan.FromMilliseconds(100));
            return Heard().Count == 2;
        });
        Assert.True(time.GetElapsedTime(0) >= TimeSpan.FromSeconds(1));
        Assert.Equal([Line(true), Line(false)], Heard());
    }

    [Fact]
    public async Task GW7_typing_is_limited_per_user_not_for_all()
    {
        relay.Signal(connection, ann, new TypingSignal(chat, true));
        relay.Signal(connection, bob, new TypingSignal(chat, true));
        await HeardAsync(2);
        Assert.Equal([$"to {bob} droppable True: {Frame(ann, true)}", $"to {ann} droppable True: {Frame(bob, true)}"], Heard());
    }

    [Fact]
    public async Task GW7_typing_in_thousands_of_chats_leaves_little_behind_and_the_last_states_win()
    {
        relay.Signal(connection, ann, new TypingSignal(chat, true));
        await HeardAsync(1);
        for (var i = 0; i < 5000; i++)
        {
            relay.Signal(connection, ann, new TypingSignal(Guid.NewGuid(), true));
        }

        relay.Signal(connection, ann, new TypingSignal(chat, false));

        // One a second goes through: had they all been kept, this one would come after 5,000 s.
        await Settle.UntilAsync(() => time.ActiveTimers == 1);
        await Settle.UntilAsync(() =>
        {
            time.AdvanceWhileAwaited(TimeSpan.FromMilliseconds(100));
            return Heard().Count == 2;
        });
        Assert.True(time.GetElapsedTime(0) <= TimeSpan.FromSeconds(1000));
        Assert.Equal(Line(false), Heard()[1]);
    }

    [Fact]
    public async Task CH6_typing_in_a_chat_of_others_is_refused_as_one_that_is_not_there()
    {
        var stranger = await chats.UserAsync("Eve");
        List<ReadOnlyMemory<byte>>? answer = null;
        relay.Signal(connection, stranger, new TypingSignal(chat, true) { Ref = "r" });
        await Settle.UntilAsync(() => (answer ??= connection.Outbound.Take([], out _)) is not null);
        Assert.Equal(
            ["""{"type":"ERROR","code":"CHAT_NOT_FOUND","message":"There is no such chat for you.","ref":"r"}"""],
            answer!.Select(frame => Encoding.UTF8.GetString(frame.Span)));
        Assert.Empty(Heard());
    }

    private string Line(bool isTyping) => $"to {bob} droppable True: {Frame(ann, isTyping)}";

    private string Frame(Guid user, bool isTyping) =>
        Encoding.UTF8.GetString(FrameWriter.Encode(new TypingFrame(chat, user, isTyping)).Span);

    private Task HeardAsync(int count) => Settle.UntilAsync(() => Heard().Count == count, $"{count} signals are heard");

    private List<string> Heard()
    {
        lock (gate)
        {
            return [.. heard];
        }
    }

    private void Note(Hint hint)
    {
        var frame = Assert.IsType<FrameHint>(hint);
        lock (gate)
        {
            heard.Add($"to {string.Join(' ', frame.UserIds)} droppable {frame.IsDroppable}: {Encoding.UTF8.GetString(frame.Frame.Span)}");
        }
    }
}
