using System.Text.Json.Serialization;

namespace FastChat.Protocol;

/// <summary>How the contract's bodies and frames are written: <c>snake_case</c>, no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimestampConverter)])]
[JsonSerializable(typeof(HelloAckFrame))]
[JsonSerializable(typeof(PresenceFrame))]
[JsonSerializable(typeof(ChatOpenedFrame))]
[JsonSerializable(typeof(MessageFrame))]
[JsonSerializable(typeof(MessageAckFrame))]
[JsonSerializable(typeof(PositionFrame))]
[JsonSerializable(typeof(TypingFrame))]
[JsonSerializable(typeof(BlocksFrame))]
[JsonSerializable(typeof(ReconnectFrame))]
[JsonSerializable(typeof(PongFrame))]
[JsonSerializable(typeof(ErrorFrame))]
public sealed partial class ProtocolJsonContext : JsonSerializerContext;
