using System.Text;
using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Gateway;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

public sealed class ConnectionTests
{
    private readonly FakeTime time = new();
    private readonly ConnectionRegistry registry = new();
    private readonly Guid user = Guid.NewGuid();

    [Fact]
    public void A_user_has_up_to_the_limit_of_connections_and_the_newest_is_refused()
    {
        var (first, second, third) = (Open(), Open(), Open());
        Assert.True(registry.TryAddLive(first, user, limit: 2));
        first.Live = new LiveState(user, Guid.NewGuid());
        Assert.True(registry.TryAddLive(second, user, limit: 2));
        Assert.False(registry.TryAddLive(third, user, limit: 2));
        Assert.True(registry.TryAddLive(third, Guid.NewGuid(), limit: 2));
        Assert.Equal([first, second], registry.Of(user));
        registry.Remove(first);
        Assert.Equal([second], registry.Of(user));
        Assert.True(registry.TryAddLive(Open(), user, limit: 2));
        Assert.True(registry.TryAddLive(Open(), user, limit: 0));
    }

    [Fact]
    public void One_that_never_went_live_is_counted_until_it_is_removed()
    {
        var connection = Open();
        Assert.Equal((1, connection), (registry.Count, registry.All.Single()));
        registry.Remove(connection);
        Assert.Equal(0, registry.Count);
        Assert.Empty(registry.Of(user));
    }

    [Fact]
    public void One_that_is_read_no_more_gets_nothing_published_but_keeps_its_deadline_while_it_writes()
    {
        var connection = Open();
        Live(connection);
        registry.RemoveLive(connection);
        Assert.Empty(registry.Of(user));
        Assert.Equal(connection, registry.All.Single());
        registry.Remove(connection);
        Assert.Equal(0, registry.Count);
    }

    [Fact]
    public async Task Connections_that_come_and_go_at_once_are_neither_lost_nor_left()
    {
        var stay = Enumerable.Range(0, 64).Select(_ => Open()).ToList();
        var go = Enumerable.Range(0, 64).Select(_ => Open()).ToList();
        go.ForEach(Live);
        await Parallel.ForEachAsync(stay.Zip(go), (pair, _) =>
        {
            Live(pair.First);
            registry.Remove(pair.Second);
            return ValueTask.CompletedTask;
        });
        Assert.Equal(stay.ToHashSet(), registry.Of(user).ToHashSet());
        Assert.Equal(64, registry.Count);
    }

    [Fact]
    public async Task The_limit_holds_for_connections_that_come_at_once()
    {
        var added = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), (_, _) =>
        {
            if (registry.TryAddLive(Open(), user, limit: 10))
            {
                Interlocked.Increment(ref added);
            }

            return ValueTask.CompletedTask;
        });
        Assert.Equal((10, 10), (added, registry.Of(user).Length));
    }

    [Fact]
    public void A_published_frame_goes_to_all_connections_of_its_users_but_the_one_that_caused_it()
    {
        var (cause, second, stranger) = (Open(), Open(), Open());
        Live(cause);
        Live(second);
        registry.TryAddLive(stranger, Guid.NewGuid(), 0);
        stranger.Outbound.GoLive("ack"u8.ToArray());
        new Fanout(registry, TimeProvider.System).Deliver(new FrameHint([user, Guid.NewGuid()], "frame"u8.ToArray(), cause.Id));
        Assert.Equal("ack", Take(cause));
        Assert.Equal("ack frame", Take(second));
        Assert.Equal("ack", Take(stranger));
    }

    [Fact]
    public void ID3_a_revoked_session_s_connections_end_for_good()
    {
        var (revoked, other) = (Open(), Open());
        Live(revoked);
        Live(other);
        new Fanout(registry, TimeProvider.System).Close(revoked.Live!.SessionId);
        Assert.Equal((true, true), (revoked.IsClosing, revoked.EndsForGood));
        Assert.False(other.IsClosing);
    }

    [Fact]
    public async Task What_is_queued_goes_out_before_the_close_frame_and_the_first_code_counts()
    {
        using var socket = new FakeSocket();
        var connection = new Connection(socket, FakeSocket.NoTransport, time, _ => Task.CompletedTask);
        connection.Send(new ReconnectFrame(0, "bye"));
        connection.Close(CloseCode.NodeRestarts, "restart");
        connection.Close(CloseCode.SlowReader, "slow");
        await connection.WriteAsync().WithinLimitAsync();
        Assert.Equal(["""{"type":"RECONNECT","after_ms":0,"reason":"bye"}"""], socket.Sent);
        Assert.Equal((CloseCode.NodeRestarts, "restart"), socket.Closed);

        // The peer has 2 s to answer.
        time.Advance(TimeSpan.FromSeconds(1.9));
        connection.AbortIfCloseIsLate();
        Assert.False(socket.IsAborted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        connection.AbortIfCloseIsLate();
        Assert.True(socket.IsAborted);
    }

    [Fact]
    public void GW7_the_hundredth_refusal_is_answered_and_closes_the_connection()
    {
        var connection = Open();
        for (var i = 0; i < 100; i++)
        {
            Assert.False(connection.IsClosing);
            connection.Refuse(Refusal.Invalid("type", "x"), $"{i}", null);
        }

        Assert.True(connection.IsClosing);
        Assert.Equal(100, connection.Outbound.Take([], out _)!.Count);
    }

    [Fact]
    public async Task Slow_work_of_a_connection_runs_one_after_the_other_and_is_bounded()
    {
        var connection = Open();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var order = new List<int>();
        Assert.True(connection.TryRunSlowly(() => first.Task));
        for (var i = 1; i < 128; i++)
        {
            var number = i;
            Assert.True(connection.TryRunSlowly(() =>
            {
                order.Add(number);
                return Task.CompletedTask;
            }));
        }

        Assert.False(connection.TryRunSlowly(() => Task.CompletedTask));
        Assert.Empty(order);
        first.SetResult();
        await connection.SlowWorkAsync().WithinLimitAsync();
        Assert.Equal(Enumerable.Range(1, 127), order);
        Assert.True(connection.TryRunSlowly(() => Task.CompletedTask));
        await connection.SlowWorkAsync().WithinLimitAsync();
    }

    [Fact]
    public async Task The_watch_ends_who_says_no_hello_and_who_does_not_read_and_answers_what_nobody_answered()
    {
        using var socket = new FakeSocket();
        var silent = new Connection(socket, FakeSocket.NoTransport, time, _ => Task.CompletedTask);
        registry.Opened(silent);
        var (slow, waiting) = (Open(), Open());
        Live(slow);
        Live(waiting);
        slow.Send(new ReconnectFrame(0, new string('x', OutboundQueue.Bound)));
        var messageId = Guid.NewGuid();
        waiting.Pending.Add(messageId, "r");
        using var watch = new ConnectionWatch(registry, time, NullLogger<ConnectionWatch>.Instance);
        await watch.StartAsync(default);
        await Settle.UntilAsync(() => time.ActiveTimers == 1);
        time.Advance(TimeSpan.FromSeconds(4.25));
        Assert.False(silent.IsClosing || slow.IsClosing);
        await Settle.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            return silent.IsClosing && slow.IsClosing && waiting.Pending.IsEmpty;
        });

        // Its last look is over once it has stopped.
        await watch.StopAsync(default).WithinLimitAsync();
        Assert.True(time.GetElapsedTime(0) >= TimeSpan.FromSeconds(5));
        Assert.Contains("HELLO_TIMEOUT", Take(silent), StringComparison.Ordinal);
        Assert.False(waiting.IsClosing);
        var answer = Take(waiting);
        Assert.StartsWith("""ack {"type":"ERROR","code":"UNAVAILABLE",""", answer, StringComparison.Ordinal);
        Assert.EndsWith($$""","ref":"r","message_id":"{{messageId}}","retry_after_ms":1000}""", answer, StringComparison.Ordinal);
    }

    private static string Take(Connection connection) =>
        string.Join(' ', connection.Outbound.Take([], out _)!.Select(frame => Encoding.UTF8.GetString(frame.Span)));

    private Connection Open()
    {
        var connection = new Connection(new FakeSocket(), FakeSocket.NoTransport, time, _ => Task.CompletedTask);
        registry.Opened(connection);
        return connection;
    }

    private void Live(Connection connection)
    {
        Assert.True(registry.TryAddLive(connection, user, limit: 0));
        connection.Live = new LiveState(user, Guid.NewGuid());
        connection.Outbound.GoLive("ack"u8.ToArray());
    }
}
