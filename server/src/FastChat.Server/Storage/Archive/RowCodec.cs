using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FastChat.Server.Storage.Archive;

/// <summary>A row as a line of JSON: an array of its values. Equal rows make equal lines, from whichever database they come.</summary>
internal static class RowCodec
{
    /// <summary>Letters of all scripts stand as they are: an operator can read the lines, and they are short.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a row, without the end of the line.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<KeptColumn> columns, object?[] row)
    {
        json.WriteStartArray();
        for (var i = 0; i < columns.Count; i++)
        {
            switch (row[i])
            {
                case null:
                    json.WriteNullValue();
                    break;
                case Guid id:
                    json.WriteStringValue(id);
                    break;
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                case string text:
                    json.WriteStringValue(text);
                    break;
                case byte[] bytes:
                    json.WriteBase64StringValue(bytes);
                    break;
                default:
                    throw new ArgumentException($"{columns[i].Name} holds a {row[i]!.GetType().Name}", nameof(row));
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Reads a row.</summary>
    /// <exception cref="FormatException">The line is no row of these columns.</exception>
    public static void Read(in ReadOnlySequence<byte> line, IReadOnlyList<KeptColumn> columns, object?[] row)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            Require(json.Read() && json.TokenType == JsonTokenType.StartArray);
            for (var i = 0; i < columns.Count; i++)
            {
                Require(json.Read());
                row[i] = json.TokenType == JsonTokenType.Null ? null : Value(ref json, columns[i].Kind);
            }

            Require(json.Read() && json.TokenType == JsonTokenType.EndArray);
            Require(!json.Read());
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new FormatException("a line is no row", fault);
        }
    }

    private static object Value(ref Utf8JsonReader json, ColumnKind kind) => kind switch
    {
        ColumnKind.Uuid => json.GetGuid(),
        ColumnKind.Integer or ColumnKind.Time => json.GetInt64(),
        ColumnKind.Boolean => json.GetBoolean(),
        ColumnKind.Text => json.GetString()!,
        _ => json.GetBytesFromBase64(),
    };

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new FormatException("a line has too few or too many values");
        }
    }
}
