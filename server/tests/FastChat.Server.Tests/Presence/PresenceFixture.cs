using FastChat.Protocol;
using FastChat.Server.Blocks;
using FastChat.Server.Presence;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Tests.Presence;

/// <summary>Presence without a database, with a clock that a test moves.</summary>
internal sealed class PresenceFixture
{
    public PresenceFixture(int listedUsers = 200, double graceSeconds = 3)
    {
        var options = Options.Create(new PresenceOptions { ListedUsers = listedUsers, OfflineGraceSeconds = graceSeconds });
        Tracker = new PresenceTracker(options, Time);
        Broadcaster = new PresenceBroadcaster(Tracker, Blocks, options, Time);
        Tracker.Changed += Changes.Add;
        Tracker.Recorded += Records.Add;
    }

    public FakeTime Time { get; } = new();

    public PresenceTracker Tracker { get; }

    public BlockIndex Blocks { get; } = new();

    public PresenceBroadcaster Broadcaster { get; }

    public Noted<Guid> Changes { get; } = new();

    public Noted<PresenceRecord> Records { get; } = new();

    public static Guid User(int number) => new(number, 1, 0, new byte[8]);

    /// <summary>Lets time pass as the reaper does: it looks four times a second.</summary>
    public void Pass(double seconds)
    {
        for (var left = TimeSpan.FromSeconds(seconds); left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(250))
        {
            Time.Advance(left < TimeSpan.FromMilliseconds(250) ? left : TimeSpan.FromMilliseconds(250));
            Tracker.Expire();
        }
    }

    public string StatusOf(Guid userId) => Tracker.Find(userId)?.Status ?? PresenceStatus.Offline;

    /// <summary>Brings users online, one connection each; returns the connections by user.</summary>
    public Dictionary<Guid, Guid> Crowd(int from, int count) => Enumerable.Range(from, count).ToDictionary(User, number =>
    {
        var connection = Guid.NewGuid();
        Tracker.Connected(connection, User(number), $"User {number}");
        return connection;
    });
}

/// <summary>A connection that notes what it is shown.</summary>
internal sealed class NotedOutput : IPresenceOutput
{
    public bool IsBusy { get; set; }

    public Noted<PresenceFrame> Frames { get; } = new();

    /// <summary>Runs while a frame is being handed over.</summary>
    public Action? Meanwhile { get; set; }

    public bool TryShow(ReadOnlyMemory<byte> frame)
    {
        var before = Meanwhile;
        Meanwhile = null;
        before?.Invoke();
        if (IsBusy)
        {
            return false;
        }

        Frames.Add(System.Text.Json.JsonSerializer.Deserialize(frame.Span, ProtocolJsonContext.Default.PresenceFrame)!);
        return true;
    }

    /// <summary>What came since the last call, each frame in a line.</summary>
    public List<string> Take()
    {
        var lines = Frames.Take().ConvertAll(frame =>
            $"{(frame.Full ? "full" : "changes")} {(frame.Complete ? "complete" : "partial")} {frame.OnlineCount}: "
            + string.Join(", ", frame.Users.Select(user => $"{user.DisplayName} {user.Status}").Order(StringComparer.Ordinal)));
        return lines.ConvertAll(line => line.TrimEnd());
    }
}
