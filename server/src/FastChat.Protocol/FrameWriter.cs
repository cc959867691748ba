using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FastChat.Protocol;

/// <summary>Turns frames into the bytes that go out; a broadcast is encoded once and the bytes are shared.</summary>
public static class FrameWriter
{
    // Content goes out as JSON to JSON readers, never into HTML, so only what JSON itself wants is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A writer whose buffer has grown past this is not kept, in bytes.</summary>
    private const int MostKept = 64 * 1024;

    /// <summary>Each thread keeps a writer and its buffer: making them anew costs more than a small frame's encoding.</summary>
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? kept;

    /// <summary>Encodes a frame as UTF-8 JSON.</summary>
    public static ReadOnlyMemory<byte> Encode<T>(T frame)
        where T : IServerFrame => Write(frame, static (writer, frame) => JsonSerializer.Serialize(writer, frame, TypeInfo<T>.Value));

    /// <summary>As <see cref="Encode{T}(T)"/>: each message goes out as this frame, so it is written by hand, at a third of what the serializer takes.</summary>
    public static ReadOnlyMemory<byte> Encode(MessageFrame frame) => Write(frame, MessageWriter.Write);

    /// <summary>As <see cref="Encode(MessageFrame)"/>.</summary>
    public static ReadOnlyMemory<byte> Encode(MessageAckFrame frame) => Write(frame, MessageWriter.Write);

    /// <summary>Encodes an entry of a presence list, to be put into lists by <see cref="EncodePresenceList"/>.</summary>
    public static ReadOnlyMemory<byte> EncodeEntry(PresenceBody entry) =>
        Write(entry, static (writer, entry) => JsonSerializer.Serialize(writer, entry, TypeInfo<PresenceBody>.Value));

    /// <summary>
    /// The <see cref="PresenceFrame"/> with <c>full</c>, made of encoded entries: each who connects gets the same 200 of them,
    /// and to encode those anew was half of what a connect cost.
    /// </summary>
    public static ReadOnlyMemory<byte> EncodePresenceList(bool complete, IReadOnlyList<ReadOnlyMemory<byte>> entries, int onlineCount) =>
        Write((complete, entries, onlineCount), static (writer, list) =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "PRESENCE"u8);
            writer.WriteBoolean("full"u8, true);
            writer.WriteBoolean("complete"u8, list.complete);
            writer.WriteStartArray("users"u8);
            foreach (var entry in list.entries)
            {
                writer.WriteRawValue(entry.Span, skipInputValidation: true);
            }

            writer.WriteEndArray();
            writer.WriteNumber("online_count"u8, list.onlineCount);
            writer.WriteEndObject();
            writer.Flush();
        });

    private static ReadOnlyMemory<byte> Write<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var (buffer, writer) = kept ?? Make();

        // Taken out for the time being: a frame that fails to encode leaves nothing half-written behind.
        kept = null;
        write(writer, value);
        var encoded = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= MostKept)
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            kept = (buffer, writer);
        }

        return encoded;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Make()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }

    /// <summary>How a frame's type is written, looked up once.</summary>
    private static class TypeInfo<T>
    {
        public static readonly JsonTypeInfo<T> Value = (JsonTypeInfo<T>)ProtocolJsonContext.Default.GetTypeInfo(typeof(T))!;
    }
}
