using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace FastChat.Faults.Network;

/// <summary>
/// A network of its own for each node, and one that joins them with this machine, made of the kernel's namespaces. The way of a single
/// node to a single other end can be cut, as a broken cable or a firewall's new rule cuts it: nobody is told, packets are gone. Needs root.
/// </summary>
public sealed class NodeNetwork : IDisposable
{
    private readonly string name;
    private readonly int net;
    private readonly int nodes;

    private NodeNetwork(int nodes)
    {
        this.nodes = nodes;

        // Names of network devices have up to 15 characters; two test runs at once need two networks.
        net = 1 + (Environment.ProcessId % 250);
        name = string.Create(CultureInfo.InvariantCulture, $"fc{Environment.ProcessId % 100_000}");
    }

    /// <summary>Where the database is to be listened for.</summary>
    public IPAddress Database => Address(2);

    /// <summary>Where the bus is to be listened for.</summary>
    public IPAddress Bus => Address(3);

    /// <summary>Makes it.</summary>
    public static NodeNetwork Make(int nodes)
    {
        var network = new NodeNetwork(nodes);
        try
        {
            network.Build();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Where a node listens, counted from 0.</summary>
    public IPAddress Node(int number) => Address(10 + number);

    /// <summary>The command that runs another in a node's network.</summary>
    public IReadOnlyList<string> Launcher(int number) => ["ip", "netns", "exec", Namespace(number)];

    /// <summary>What a node sends to an address is lost from now on.</summary>
    public void Cut(int number, IPAddress to) => Ip($"-n {Namespace(number)} route add blackhole {to}/32");

    /// <summary>Ends <see cref="Cut"/>.</summary>
    public void Mend(int number, IPAddress to) => Ip($"-n {Namespace(number)} route del blackhole {to}/32");

    public void Dispose()
    {
        for (var number = 0; number < nodes; number++)
        {
            TryIp($"netns del {Namespace(number)}");
        }

        TryIp($"link del {name}");
    }

    private void Build()
    {
        Ip($"link add {name} type bridge");
        foreach (var host in new[] { 1, 2, 3 })
        {
            Ip($"addr add {Address(host)}/24 dev {name}");
        }

        Ip($"link set {name} up");
        for (var number = 0; number < nodes; number++)
        {
            var (space, outside) = (Namespace(number), $"{name}v{number}");
            Ip($"netns add {space}");
            Ip($"link add {outside} type veth peer name eth0 netns {space}");
            Ip($"link set {outside} master {name} up");
            Ip($"-n {space} link set lo up");
            Ip($"-n {space} addr add {Node(number)}/24 dev eth0");
            Ip($"-n {space} link set eth0 up");
        }
    }

    private IPAddress Address(int host) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.213.{net}.{host}"));

    private string Namespace(int number) => string.Create(CultureInfo.InvariantCulture, $"{name}n{number}");

    private static void Ip(string arguments)
    {
        if (Run(arguments) is (not 0, var error))
        {
            throw new InvalidOperationException($"ip {arguments}: {error}");
        }
    }

    private static void TryIp(string arguments) => Run(arguments);

    private static (int ExitCode, string Error) Run(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
