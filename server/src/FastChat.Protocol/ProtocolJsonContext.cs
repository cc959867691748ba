using System.Globalization;
using System.Text.Json;
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
[JsonSerializable(typeof(ReconnectFrame))]
[JsonSerializable(typeof(PongFrame))]
[JsonSerializable(typeof(ErrorFrame))]
public sealed partial class ProtocolJsonContext : JsonSerializerContext;

/// <summary>Times on the wire: RFC 3339, UTC, milliseconds.</summary>
public sealed class TimestampConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
