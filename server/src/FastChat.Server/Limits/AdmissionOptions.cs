using System.ComponentModel.DataAnnotations;

namespace FastChat.Server.Limits;

/// <summary>
/// How many may come in, and how fast, from the section <c>Limits</c>; 0 switches a limit off. They guard the node: by default one
/// address may be a proxy, a school or a load generator.
/// </summary>
public sealed class AdmissionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Limits";

    /// <summary><c>HELLO</c>s a second and node, sustained; twice as many may come at once. Default 3,000.</summary>
    [Range(0, 1_000_000)]
    public int HellosPerSecond { get; init; } = 3_000;

    /// <summary>Calls of <c>/api/sync</c> a second and node, sustained; twice as many may come at once. Default 3,000.</summary>
    [Range(0, 1_000_000)]
    public int SyncsPerSecond { get; init; } = 3_000;

    /// <summary>Open sockets of the node. Default 50,000; the files that the process may open bound it too (<see cref="Capacity"/>).</summary>
    [Range(0, 10_000_000)]
    public int Connections { get; init; } = 50_000;

    /// <summary>Open sockets of one address (IPv6: /64). Default 12,000.</summary>
    [Range(0, 10_000_000)]
    public int ConnectionsPerAddress { get; init; } = 12_000;

    /// <summary>Open sockets of the node whose <c>HELLO</c> has not been accepted yet. Default 12,000.</summary>
    [Range(0, 10_000_000)]
    public int ConnectionsBeforeHello { get; init; } = 12_000;

    /// <summary>The same of one address (IPv6: /64). Default 10,000.</summary>
    [Range(0, 10_000_000)]
    public int ConnectionsBeforeHelloPerAddress { get; init; } = 10_000;

    /// <summary>Calls under <c>/api</c> a minute and address (IPv6: /64), all of which may come at once. Default 300,000.</summary>
    [Range(0, 100_000_000)]
    public int RequestsPerMinute { get; init; } = 300_000;
}
