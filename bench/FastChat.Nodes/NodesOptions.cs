using System.Globalization;

namespace FastChat.Nodes;

/// <summary>What to measure, from the command line: <c>--name value</c>.</summary>
/// <param name="Scenario"><c>cost</c>, <c>killed</c>, <c>drained</c>, <c>outage</c> or <c>rolling</c>.</param>
/// <param name="Nodes">How many nodes, 1 to 9.</param>
/// <param name="Bus"><c>postgres</c> or <c>rabbitmq</c>.</param>
/// <param name="Clients">Connected clients, or senders.</param>
/// <param name="Rate">Messages a second of all together; 0 sends as fast as answers come.</param>
/// <param name="Seconds">How long is counted.</param>
internal sealed record NodesOptions(string Scenario, int Nodes, string Bus, int Clients, double Rate, double Seconds)
{
    private static readonly string[] Scenarios = ["cost", "killed", "drained", "outage", "rolling"];
    private static readonly string[] Known = ["scenario", "nodes", "bus", "clients", "rate", "seconds"];

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">Something is wrong with it; the message says what.</exception>
    public static NodesOptions Parse(string[] args)
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

        double Number(string name, double otherwise) => given.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        var scenario = given.GetValueOrDefault("scenario", "cost");
        if (!Scenarios.Contains(scenario))
        {
            throw new FormatException($"There is no scenario `{scenario}`; there are {string.Join(", ", Scenarios)}.");
        }

        var bus = given.GetValueOrDefault("bus", "postgres");
        if (bus is not ("postgres" or "rabbitmq"))
        {
            throw new FormatException("--bus is postgres or rabbitmq.");
        }

        return new NodesOptions(
            scenario,
            (int)Number("nodes", 3),
            bus,
            (int)Number("clients", scenario is "killed" or "drained" ? 2_000 : 60),
            Number("rate", scenario == "cost" ? 0 : 200),
            Number("seconds", scenario switch { "rolling" => 300, "outage" => 60, _ => 10 }));
    }
}
