using System.Globalization;
using System.Net;
using FastChat.Load.Wire;

namespace FastChat.Load;

/// <summary>What to run, from the command line: <c>--name value</c>.</summary>
/// <param name="Scenario"><c>direct</c>, <c>fanout</c>, <c>idle</c> or <c>presence</c>.</param>
/// <param name="Label">What is measured, as it is called in the result.</param>
/// <param name="Urls">The server, with its limits switched off; of several nodes, with commas between, each connection has the next one.</param>
/// <param name="Clients">Senders, idle connections, or users who come.</param>
/// <param name="Receivers">To how many each sender sends, in turn.</param>
/// <param name="Window">How many messages a sender has unanswered at a time, where no rate is given.</param>
/// <param name="Rate">Messages a second of all senders together, on a schedule that waits for no answer; 0 sends as fast as answers come.</param>
/// <param name="WarmUpSeconds">Not counted: a fresh process runs at half its speed.</param>
/// <param name="Seconds">Counted; with idle connections, how long they are left alone before the memory is read.</param>
/// <param name="Watched">How many users each user of the presence scenario watches.</param>
/// <param name="AtOnce">How many connections may be opening at a time.</param>
/// <param name="ServerPids">Whose CPU and memory are read from <c>/proc</c>, with commas between; none for none.</param>
/// <param name="DatabasePid">PostgreSQL's postmaster; 0 for none.</param>
/// <param name="BusPid">The broker between the nodes; 0 for none.</param>
/// <param name="Json">A file that a line of JSON is appended to.</param>
internal sealed record LoadOptions(
    string Scenario,
    string Label,
    IReadOnlyList<Uri> Urls,
    int Clients,
    int Receivers,
    int Window,
    double Rate,
    double WarmUpSeconds,
    double Seconds,
    int Watched,
    int AtOnce,
    IReadOnlyList<int> ServerPids,
    int DatabasePid,
    int BusPid,
    string? Json)
{
    private static readonly string[] Known =
    [
        "scenario", "label", "url", "clients", "receivers", "window", "rate", "warm-up", "seconds", "watched", "at-once", "server-pid", "database-pid",
        "bus-pid", "json",
    ];

    /// <summary>Where the sockets go.</summary>
    public IPEndPoint[] Servers => [.. Urls.Select(url => new IPEndPoint(Dns.GetHostAddresses(url.Host, System.Net.Sockets.AddressFamily.InterNetwork)[0], url.Port))];

    /// <summary>Where guests are made.</summary>
    public Uri Url => Urls[0];

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">Something is wrong with it; the message says what.</exception>
    public static LoadOptions Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i += 2)
        {
            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : args[i];
            if (!Known.Contains(name) || i + 1 == args.Length)
            {
                throw new FormatException($"`{args[i]}` is not understood; known are --{string.Join(", --", Known)}, each with a value.");
            }

            given[name] = args[i + 1];
        }

        double Number(string name, double otherwise) =>
            given.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

        var scenario = given.GetValueOrDefault("scenario", "direct");
        var (clients, receivers, window) = scenario switch
        {
            "idle" => (10_000, 0, 0),
            "presence" => (1_000, 0, 0),
            "fanout" => (1, 1_000, 64),
            _ => (200, 1, 1),
        };
        return new LoadOptions(
            scenario,
            given.GetValueOrDefault("label", scenario),
            [.. given.GetValueOrDefault("url", "http://127.0.0.1:8000").Split(',').Select(url => new Uri(url))],
            (int)Number("clients", clients),
            (int)Number("receivers", receivers),
            (int)Number("window", window),
            Number("rate", 0),
            Number("warm-up", 5),
            Number("seconds", 10),
            (int)Number("watched", 20),
            (int)Number("at-once", 64),
            [.. given.GetValueOrDefault("server-pid", "0").Split(',').Select(pid => int.Parse(pid, CultureInfo.InvariantCulture)).Where(pid => pid != 0)],
            (int)Number("database-pid", 0),
            (int)Number("bus-pid", 0),
            given.GetValueOrDefault("json"));
    }

    /// <summary>Checks that so many connections can be open here and in the server.</summary>
    /// <exception cref="LoadException">They can't; the message says what to do.</exception>
    public void RequireOpenFiles(int connections)
    {
        var needed = connections + 300;
        foreach (var (who, limit) in new[]
        {
            ("the load tool", Measuring.ProcessUsage.OpenFilesLimit()),
            ("the server", ServerPids.Count == 0 ? long.MaxValue : ServerPids.Min(pid => Measuring.ProcessUsage.OpenFilesLimit(pid))),
        })
        {
            if (limit < needed)
            {
                throw new LoadException(
                    $"{connections} connections need {needed} open files, and {who} may have {limit}: raise it with `ulimit -n {needed}` (as root, or in limits.conf) or ask for fewer with --clients.");
            }
        }
    }
}
