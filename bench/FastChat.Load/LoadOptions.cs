using System.Globalization;

namespace FastChat.Load;

/// <summary>What to run, from the command line: <c>--name value</c>.</summary>
/// <param name="Scenario"><c>direct</c> (messages between pairs) or <c>idle</c> (connections that do nothing).</param>
/// <param name="Url">The server, with its limits switched off.</param>
/// <param name="Clients">Senders, or idle connections.</param>
/// <param name="Window">How many messages a sender has unanswered at a time.</param>
/// <param name="Rate">Messages a second of all senders together; 0 sends as fast as answers come.</param>
/// <param name="WarmUpSeconds">Not counted: a fresh process runs at half its speed.</param>
/// <param name="Seconds">Counted.</param>
/// <param name="ServerPid">Whose CPU and memory are read from <c>/proc</c>; 0 for none.</param>
internal sealed record LoadOptions(
    string Scenario, Uri Url, int Clients, int Window, double Rate, int WarmUpSeconds, int Seconds, int ServerPid)
{
    private static readonly string[] Known = ["scenario", "url", "clients", "window", "rate", "warm-up", "seconds", "server-pid"];

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

        return new LoadOptions(
            given.GetValueOrDefault("scenario", "direct"),
            new Uri(given.GetValueOrDefault("url", "http://127.0.0.1:8000")),
            (int)Number("clients", 100),
            (int)Number("window", 8),
            Number("rate", 0),
            (int)Number("warm-up", 3),
            (int)Number("seconds", 10),
            (int)Number("server-pid", 0));
    }
}
