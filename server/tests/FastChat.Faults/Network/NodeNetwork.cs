using System.Globalization;
using System.Net;
using FastChat.Faults.Processes;

namespace FastChat.Faults.Network;

/// <summary>
/// A network of its own for each node, and one that joins them with this machine, made of the kernel's namespaces. The way of a single
/// node to a single other end can be cut, as a broken cable or a firewall's new rule cuts it: nobody is told, packets are gone. Needs root.
/// </summary>
public sealed class NodeNetwork : IAsyncDisposable
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
    public static async Task<NodeNetwork> MakeAsync(int nodes)
    {
        var network = new NodeNetwork(nodes);
        try
        {
            await network.BuildAsync();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where a node listens, counted from 0.</summary>
    public IPAddress Node(int number) => Address(10 + number);

    /// <summary>The command that runs another in a node's network.</summary>
    public IReadOnlyList<string> Launcher(int number) => ["ip", "netns", "exec", Namespace(number)];

    /// <summary>What a node sends to an address is lost from now on.</summary>
    public Task CutAsync(int number, IPAddress to) => IpAsync($"-n {Namespace(number)} route add blackhole {to}/32");

    /// <summary>Ends <see cref="CutAsync"/>.</summary>
    public Task MendAsync(int number, IPAddress to) => IpAsync($"-n {Namespace(number)} route del blackhole {to}/32");

    public async ValueTask DisposeAsync()
    {
        for (var number = 0; number < nodes; number++)
        {
            await TryIpAsync($"netns del {Namespace(number)}");
        }

        await TryIpAsync($"link del {name}");
    }

    private async Task BuildAsync()
    {
        await IpAsync($"link add {name} type bridge");
        foreach (var host in new[] { 1, 2, 3 })
        {
            await IpAsync($"addr add {Address(host)}/24 dev {name}");
        }

        await IpAsync($"link set {name} up");
        for (var number = 0; number < nodes; number++)
        {
            var (space, outside) = (Namespace(number), $"{name}v{number}");
            await IpAsync($"netns add {space}");
            await IpAsync($"link add {outside} type veth peer name eth0 netns {space}");
            await IpAsync($"link set {outside} master {name} up");
            await IpAsync($"-n {space} link set lo up");
            await IpAsync($"-n {space} addr add {Node(number)}/24 dev eth0");
            await IpAsync($"-n {space} link set eth0 up");
        }
    }

    private IPAddress Address(int host) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.213.{net}.{host}"));

    private string Namespace(int number) => string.Create(CultureInfo.InvariantCulture, $"{name}n{number}");

    private static async Task IpAsync(string arguments)
    {
        if (await TryIpAsync(arguments) is (not 0, var error))
        {
            throw new InvalidOperationException($"ip {arguments}: {error}");
        }
    }

    private static Task<(int ExitCode, string Output)> TryIpAsync(string arguments) => ChildProcess.RunAsync(["ip", .. arguments.Split(' ')]);
}
