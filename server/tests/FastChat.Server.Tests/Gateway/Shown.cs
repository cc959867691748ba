using System.Globalization;
using System.Text;
using FastChat.Server.Cluster;
using FastChat.Server.Gateway;

namespace FastChat.Server.Tests.Gateway;

/// <summary>A connection to which a node delivers, and what has come out on it.</summary>
internal sealed class Shown
{
    private static readonly Guid User = Guid.NewGuid();

    private readonly List<string> taken = [];
    private readonly Connection connection;

    public Shown(TimeProvider time)
    {
        var registry = new ConnectionRegistry();
        connection = new Connection(new FakeSocket(), FakeSocket.NoTransport, time, _ => Task.CompletedTask) { Live = new LiveState(User, Guid.NewGuid()) };
        registry.TryAddLive(connection, User, 0);
        connection.Outbound.GoLive("ack"u8.ToArray());
        Fanout = new Fanout(registry, time);
    }

    /// <summary>What brings messages to the connection.</summary>
    public Fanout Fanout { get; }

    /// <summary>A message that is as good as its revision.</summary>
    public static MessageHint Hint(long rev) =>
        new(Guid.Empty, rev, [new FrameHint([User], Encoding.UTF8.GetBytes(rev.ToString(CultureInfo.InvariantCulture)), null)]);

    /// <summary>The revisions that were delivered so far, in that order.</summary>
    public string Revs()
    {
        while (connection.Outbound.Take([], out _) is { } frames)
        {
            taken.AddRange(frames.Select(frame => Encoding.UTF8.GetString(frame.Span)));
        }

        return string.Join(' ', taken.Skip(1));
    }
}
