using System.Text.Json.Serialization;

namespace FastChat.Server.Management;

/// <summary>How the node is, behind the status page.</summary>
/// <param name="NodeId">This run of the program.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Version">The program's version.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="UptimeSeconds">Since then, in seconds.</param>
/// <param name="NotReady">The part that keeps it from serving; null if it can.</param>
/// <param name="PeriodSeconds">The time between two samples, in seconds.</param>
/// <param name="Samples">Up to ten minutes of them, oldest first.</param>
internal sealed record StatusBody(
    Guid NodeId, string Host, string Version, DateTimeOffset StartedAt, double UptimeSeconds, string? NotReady, double PeriodSeconds, IReadOnlyList<StatusSample> Samples);

/// <summary>How the node was over two seconds; a quantile is null if nothing was measured. Milliseconds, bytes, and rates a second.</summary>
/// <param name="At">The end of the time, in milliseconds since 1970.</param>
/// <param name="Connections">Open sockets.</param>
/// <param name="Online">Users here.</param>
/// <param name="MessagesPerSecond">Messages stored.</param>
/// <param name="AckP50">Acknowledgements, the middle one.</param>
/// <param name="AckP99">The slowest of a hundred.</param>
/// <param name="DeliveryP50">Commit to socket queue.</param>
/// <param name="DeliveryP99">The slowest of a hundred.</param>
/// <param name="DatabaseP50">A transaction of the message log.</param>
/// <param name="DatabaseP99">The slowest of a hundred.</param>
/// <param name="BusP99">A hint's way over the bus.</param>
/// <param name="Memory">The process's working set, in bytes.</param>
/// <param name="GcPause">Garbage collection's pauses, in milliseconds a second.</param>
/// <param name="Cpu">Processors in use.</param>
/// <param name="Outbound">Bytes that wait to be written.</param>
/// <param name="RefusalsPerSecond">Calls and frames refused.</param>
internal sealed record StatusSample(
    long At, double Connections, double Online, double MessagesPerSecond, double? AckP50, double? AckP99, double? DeliveryP50, double? DeliveryP99,
    double? DatabaseP50, double? DatabaseP99, double? BusP99, double Memory, double GcPause, double Cpu, double Outbound, double RefusalsPerSecond);

/// <summary>How the bodies of this folder are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatusBody))]
internal sealed partial class ManagementJsonContext : JsonSerializerContext;
