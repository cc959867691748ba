using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

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

/// <summary>Turns frames into the bytes that go out; a broadcast is encoded once and the bytes are shared.</summary>
public static class FrameWriter
{
    // Content goes out as JSON to JSON readers, never into HTML, so only what JSON itself wants is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Encodes a frame as UTF-8 JSON.</summary>
    public static ReadOnlyMemory<byte> Encode<T>(T frame)
        where T : IServerFrame
    {
        var typeInfo = (JsonTypeInfo<T>)ProtocolJsonContext.Default.GetTypeInfo(typeof(T))!;
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, Options);
        JsonSerializer.Serialize(writer, frame, typeInfo);
        return buffer.WrittenMemory;
    }
}

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
