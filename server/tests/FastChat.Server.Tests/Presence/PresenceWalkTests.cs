using FastChat.Server.Presence;
using Xunit;

namespace FastChat.Server.Tests.Presence;

public sealed class PresenceWalkTests
{
    private const int Seed = 7;
    private const int Steps = 10_000;
    private const int Users = 12;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(60);

    private readonly PresenceFixture presence = new();
    private readonly Random random = new(Seed);
    private readonly Dictionary<Guid, Person> people = Enumerable.Range(0, Users).Select(PresenceFixture.User).ToDictionary(id => id, _ => new Person());

    /// <summary>Against a model that keeps, of each user, nothing but the reasons and the end of the grace.</summary>
    [Fact]
    public void PR2_on_a_long_random_walk_there_is_no_ghost_and_nobody_is_missing()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var step = 0; step < Steps; step++)
        {
            var userId = PresenceFixture.User(random.Next(Users));
            seen.Add(Step(userId, people[userId]));
            presence.Time.Advance(TimeSpan.FromMilliseconds(random.Next(0, random.Next(20) == 0 ? 70_000 : 700)));
            presence.Tracker.Expire();
            Compare(step);
        }

        Assert.Equal(["away", "close", "connect", "crash", "heartbeat", "late close", "none", "rename"], seen.Order(StringComparer.Ordinal));
    }

    private string Step(Guid userId, Person person)
    {
        var now = presence.Time.GetUtcNow();
        switch (random.Next(8))
        {
            case 0 or 1:
                var connection = Guid.NewGuid();
                presence.Tracker.Connected(connection, userId, person.Name);
                person.Connections[connection] = false;
                person.GraceUntil = null;
                return "connect";
            case 2 or 3 when person.Connections.Count > 0:
                var closed = Pick(person);
                var isTold = random.Next(2) == 0;
                presence.Tracker.Gone(closed, userId, isTold);
                person.Past.Add(closed);
                person.Connections.Remove(closed);
                person.GraceUntil = isTold && !person.HasReason(now) ? now + Grace : null;
                return isTold ? "close" : "crash";
            case 4 when person.Connections.Count > 0:
                var (idle, isAway) = (Pick(person), random.Next(3) > 0);
                presence.Tracker.StatusChanged(idle, userId, isAway);
                person.Connections[idle] = isAway;
                return "away";
            case 5:
                presence.Tracker.Heartbeat(person.Session, userId, person.Name);
                person.HeartbeatUntil = now + Heartbeat;
                person.GraceUntil = null;
                return "heartbeat";
            case 6 when person.Past.Count > 0:
                presence.Tracker.Gone(person.Past[random.Next(person.Past.Count)], userId, grace: false);
                return "late close";
            case 7:
                person.Name = $"Name {random.Next(1000)}";
                presence.Tracker.Renamed(new(userId, person.Name, PresenceStatus.Offline, now));
                return "rename";
            default:
                return "none";
        }
    }

    private Guid Pick(Person person) => person.Connections.Keys.ElementAt(random.Next(person.Connections.Count));

    private void Compare(int step)
    {
        var now = presence.Time.GetUtcNow();
        var expected = people.Where(pair => pair.Value.IsHere(now))
            .Select(pair => (pair.Key, pair.Value.Name, pair.Value.StatusAt(now)))
            .ToHashSet();
        var actual = presence.Tracker.SeenLast(int.MaxValue).Select(user => (user.UserId, user.DisplayName, user.Status)).ToList();
        Assert.True(expected.SetEquals(actual), $"step {step} of seed {Seed}: expected {string.Join(", ", expected)}; was {string.Join(", ", actual)}");
        Assert.Equal((expected.Count, expected.Count), (actual.Count, presence.Tracker.OnlineCount));
    }

    private sealed class Person
    {
        private string shown = PresenceStatus.Online;

        public Guid Session { get; } = Guid.NewGuid();

        public string Name { get; set; } = "Name";

        public Dictionary<Guid, bool> Connections { get; } = [];

        public List<Guid> Past { get; } = [];

        public DateTimeOffset? HeartbeatUntil { get; set; }

        public DateTimeOffset? GraceUntil { get; set; }

        public bool HasReason(DateTimeOffset now) => Connections.Count > 0 || HeartbeatUntil > now;

        public bool IsHere(DateTimeOffset now) => HasReason(now) || GraceUntil > now;

        /// <summary>Away if all connections are and no heartbeat says otherwise; in the grace as it was shown last.</summary>
        public string StatusAt(DateTimeOffset now)
        {
            if (HasReason(now))
            {
                shown = HeartbeatUntil > now || Connections.ContainsValue(false) ? PresenceStatus.Online : PresenceStatus.Away;
            }

            return shown;
        }
    }
}
