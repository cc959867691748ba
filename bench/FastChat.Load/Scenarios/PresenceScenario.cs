using System.Diagnostics;
using FastChat.Load.Measuring;
using FastChat.Load.Wire;

namespace FastChat.Load.Scenarios;

/// <summary>
/// Users who come at even distances, each watching some of the others: what showing them to each other costs, in bytes and frames a
/// client and in the server's CPU.
/// </summary>
internal sealed class PresenceScenario(LoadOptions options)
{
    private const double ComingSeconds = 10;

    private long frames;
    private long bytes;
    private long entries;

    /// <summary>Lets the users come, and counts until some seconds after the last.</summary>
    public Report Run(Guest[] guests)
    {
        using var loop = new EventLoop(options.Servers);
        var users = guests.Select(guest => new Watcher(guest, this)).ToList();
        var live = 0;
        loop.OnGreeted = connection =>
        {
            live++;
            connection.Send(ClientFrames.Text(Watch(users.IndexOf((Watcher)connection), guests)));
        };

        var (before, start, next) = (Usage.Now(options), Stopwatch.GetTimestamp(), 0);
        long At(int user) => start + (long)(user * ComingSeconds / users.Count * Stopwatch.Frequency);
        loop.Run(
            At(users.Count) + (long)(options.Seconds * Stopwatch.Frequency),
            now =>
            {
                while (next < users.Count && At(next) <= now)
                {
                    loop.Open(users[next++]);
                }

                return next < users.Count ? At(next) : long.MaxValue;
            });
        var after = Usage.Now(options);

        var report = new Report();
        report.Add("connected", live);
        report.Add("presence_frames_a_client", frames / (double)users.Count);
        report.Add("presence_kib_a_client", bytes / 1024.0 / users.Count);
        report.Add("presence_entries_a_client", entries / (double)users.Count);
        after.AddTo(report, before);
        return report;
    }

    /// <summary>A <c>WATCH</c> of others, always the same ones for the same user.</summary>
    private string Watch(int user, Guest[] guests)
    {
        var chosen = Enumerable.Range(1, Math.Min(options.Watched, guests.Length - 1)).Select(i => guests[(user + (i * 37)) % guests.Length].UserId);
        return $$"""{"type":"WATCH","user_ids":["{{string.Join("\",\"", chosen)}}"]}""";
    }

    private sealed class Watcher(Guest guest, PresenceScenario scenario) : Connection(guest)
    {
        protected override void OnText(ReadOnlySpan<byte> text)
        {
            if (Scan.Is(text, "\"type\":\"PRESENCE\""u8))
            {
                scenario.frames++;
                scenario.bytes += text.Length;
                scenario.entries += Scan.Count(text, "\"user_id\":"u8);
            }
        }
    }
}
