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
        where T : IServerFrame
    {
        var (buffer, writer) = kept ?? Make();

        // Taken out for the time being: a frame that fails to encode leaves nothing half-written behind.
        kept = null;
        JsonSerializer.Serialize(writer, frame, TypeInfo<T>.Value);
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
