using System.Globalization;

namespace FastChat.Nodes;

/// <summary>What the command line asks for.</summary>
internal sealed record NodesOptions
{
    /// <summary><c>load</c>, <c>rate</c>, <c>kill</c>, <c>drain</c>, <c>hang</c>, <c>outage</c> or <c>roll</c>.</summary>
    public string Scenario { get; private set; } = "load";

    /// <summary>How many nodes, 1 to 9.</summary>
    public int Nodes { get; private set; } = 3;

    /// <summary>What lies between them: <c>postgres</c> or <c>rabbitmq</c>.</summary>
    public string Bus { get; private set; } = "postgres";

    /// <summary>How long: what is counted, how long the bus is away or a node stands still, how long nodes are restarted in turn, or how long those who lost their node may take. Each scenario has its own default.</summary>
    public double Seconds { get; private set; }

    /// <summary>Connections through nginx in <c>kill</c>, <c>drain</c> and <c>hang</c>.</summary>
    public int Clients { get; private set; } = 2000;

    /// <summary>Messages a second in <c>rate</c>, <c>outage</c> and <c>roll</c>; 0 is the scenario's own (500, 200, 200).</summary>
    public double Rate { get; private set; }

    /// <summary>The load tool, for <c>load</c> and <c>rate</c>.</summary>
    public string Load { get; private set; } = "";

    /// <summary>Reads <c>--name value</c> pairs.</summary>
    /// <exception cref="FormatException">A name is unknown or a value is not what it should be.</exception>
    public static NodesOptions Parse(string[] arguments)
    {
        var options = new NodesOptions();
        for (var index = 0; index < arguments.Length; index += 2)
        {
            if (index + 1 == arguments.Length)
            {
                throw new FormatException($"{arguments[index]} needs a value.");
            }

            options.Take(arguments[index], arguments[index + 1]);
        }

        return options;
    }

    private void Take(string name, string value)
    {
        switch (name)
        {
            case "--scenario" when value is "load" or "rate" or "kill" or "drain" or "hang" or "outage" or "roll":
                Scenario = value;
                break;
            case "--nodes" when value is [>= '1' and <= '9']:
                Nodes = value[0] - '0';
                break;
            case "--bus" when value is "postgres" or "rabbitmq":
                Bus = value;
                break;
            case "--seconds":
                Seconds = double.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "--clients":
                Clients = int.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "--rate":
                Rate = double.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "--load":
                Load = value;
                break;
            default:
                throw new FormatException($"{name} {value}: the options are --scenario load|rate|kill|drain|hang|outage|roll, --nodes N, --bus postgres|rabbitmq, --seconds N, --clients N, --rate N.");
        }
    }
}
