using System.Globalization;

namespace FastChat.EndToEndTests.Presence;

/// <summary>PR1–PR7 over real sockets: many people who come, go, crash, reload, idle, send heartbeats and rename, all at once.</summary>
[Collection(Alone.Name)]
public sealed class CrowdWalkTests
{
    private const int People = 25;
    private const int StepsEach = 400;
    private const int MostTabs = 4;

    [Fact]
    public async Task PR2_after_10000_random_steps_over_real_sockets_there_is_no_ghost_and_nobody_is_missing()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("Presence__HeartbeatTimeoutSeconds", "600")));
        var ada = await Guest.CreateAsync(server);
        await using var watching = await ada.ConnectAsync();
        var people = new List<Walker>();
        for (var number = 0; number < People; number++)
        {
            people.Add(new Walker(await Guest.CreateAsync(server), new Random((Seed.Value * People) + number)));
        }

        await Task.WhenAll(people.Select(person => Task.Run(person.WalkAsync)));
        Assert.Equal(People * StepsEach, people.Sum(person => person.Steps));

        var expected = people.Select(person => person.Expected).OfType<string>()
            .Append(Line(ada.Id, ada.Name, "online")).Order(StringComparer.Ordinal).ToList();
        List<string> listed = [], shown = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                listed = await ListedAsync(ada);
                shown = Shown(watching);
                return listed.SequenceEqual(expected, StringComparer.Ordinal) && shown.SequenceEqual(expected, StringComparer.Ordinal);
            },
            "the same people online as there are",
            Patience.For(60)).ContinueWith(
                waited => Assert.True(
                    waited.IsCompletedSuccessfully,
                    $"expected\n{string.Join('\n', expected)}\nlisted\n{string.Join('\n', listed)}\nshown\n{string.Join('\n', shown)}\n{Seed.Hint}"),
                TaskScheduler.Default);
        foreach (var person in people)
        {
            await person.DisposeAsync();
        }
    }

    private static string Line(string userId, string name, string status) => $"{userId} {name} {status}";

    private static async Task<List<string>> ListedAsync(Guest asking)
    {
        var answer = (await asking.Api.GetAsync("/api/presence/online?limit=200")).Is(200).Json;
        var lines = answer.Children("users").Select(user => Line(user.Text("user_id"), user.Text("display_name"), user.Text("status")));

        // While people still go, the count may be of another moment than the list; once all has settled they agree.
        return answer.Number("online_count") == answer.Children("users").Length ? [.. lines.Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Who is here by the frames of one connection alone.</summary>
    private static List<string> Shown(ChatSocket watching)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var frame in watching.Presences().Select(item => item.Frame))
        {
            if (frame.Flag("full"))
            {
                users.Clear();
            }

            foreach (var user in frame.Children("users"))
            {
                users.Remove(user.Text("user_id"));
                if (user.Text("status") != "offline")
                {
                    users.Add(user.Text("user_id"), Line(user.Text("user_id"), user.Text("display_name"), user.Text("status")));
                }
            }
        }

        return [.. users.Values.Order(StringComparer.Ordinal)];
    }

    /// <summary>One person, with what of theirs keeps them online.</summary>
    private sealed class Walker(Guest guest, Random random) : IAsyncDisposable
    {
        private readonly List<(ChatSocket Socket, bool IsAway)> tabs = [];
        private string name = guest.Name;
        private bool sendsHeartbeats;

        public int Steps { get; private set; }

        /// <summary>How others are to see this person once it has come to rest; null: not at all.</summary>
        public string? Expected
        {
            get
            {
                if (tabs.Count == 0 && !sendsHeartbeats)
                {
                    return null;
                }

                return Line(guest.Id, name, sendsHeartbeats || tabs.Exists(tab => !tab.IsAway) ? "online" : "away");
            }
        }

        public async Task WalkAsync()
        {
            for (; Steps < StepsEach; Steps++)
            {
                await StepAsync();
            }

            // Half of them leave at last, in one way or another, and some are away.
            while (random.Next(2) == 0 && tabs.Count > 0)
            {
                await LeaveAsync(random.Next(2) == 0);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (socket, _) in tabs)
            {
                await socket.DisposeAsync();
            }
        }

        private async Task StepAsync()
        {
            switch (random.Next(12))
            {
                case 0 or 1 or 2 when tabs.Count < MostTabs:
                    tabs.Add((await guest.ConnectAsync(), false));
                    break;
                case 3 or 4 or 5 when tabs.Count > 0:
                    await LeaveAsync(random.Next(2) == 0);
                    break;
                case 6 when tabs.Count > 0:
                    await LeaveAsync(random.Next(2) == 0);
                    tabs.Add((await guest.ConnectAsync(), false));
                    break;
                case 7 or 8 when tabs.Count > 0:
                    await IdleAsync(random.Next(tabs.Count), random.Next(3) > 0);
                    break;
                case 9 when Steps % 40 == 0:
                    var beat = await guest.Api.PostAsync("/api/presence/heartbeat", new { });
                    Assert.True(beat.Status is 200 or 429, beat.Text);
                    sendsHeartbeats = true;
                    break;
                case 11:
                    await CrashAsync();
                    break;
                case 10 when Steps % 5 == 0:
                    name = string.Create(CultureInfo.InvariantCulture, $"Walker {random.Next(1000)}");
                    (await guest.Api.PatchAsync("/api/me", new { display_name = name })).Is(200);
                    break;
                default:
                    (await guest.Api.GetAsync("/api/me")).Is(200);
                    break;
            }
        }

        private async Task IdleAsync(int index, bool isAway)
        {
            var socket = tabs[index].Socket;
            await socket.SendAsync(new { type = "STATUS", status = isAway ? "away" : "online" });
            tabs[index] = (socket, isAway);
        }

        /// <summary>A tab ends: with a close frame, or without a word.</summary>
        private async Task LeaveAsync(bool isPolite)
        {
            var (socket, _) = tabs[random.Next(tabs.Count)];
            tabs.RemoveAll(tab => tab.Socket == socket);
            if (isPolite)
            {
                await socket.CloseAsync();
            }

            await socket.DisposeAsync();
        }

        /// <summary>A tab that is hardly there when its program crashes or its stream ends.</summary>
        private async Task CrashAsync()
        {
            await using var socket = await guest.ConnectRawAsync();
            if (random.Next(2) == 0)
            {
                socket.SendReset();
            }
            else
            {
                socket.SendFin();
            }
        }
    }
}
