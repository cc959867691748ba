using System.Text.Json;

namespace FastChat.Relay;

/// <summary>The members of a client's frame that a relay needs, as they stand in it.</summary>
internal ref struct Frame
{
    /// <summary><c>HELLO</c>, <c>MSG</c> or what is ignored.</summary>
    public ReadOnlySpan<byte> Type;

    /// <summary>Of <c>HELLO</c>.</summary>
    public ReadOnlySpan<byte> Token;

    /// <summary>Of <c>MSG</c>: the addressee's id.</summary>
    public ReadOnlySpan<byte> To;

    /// <summary>Of <c>MSG</c>.</summary>
    public ReadOnlySpan<byte> MessageId;

    /// <summary>Of <c>MSG</c>, still escaped.</summary>
    public ReadOnlySpan<byte> Content;

    /// <summary>Reads a frame.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static Frame Read(ReadOnlySpan<byte> text)
    {
        var frame = default(Frame);
        var reader = new Utf8JsonReader(text);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("type"u8))
            {
                frame.Type = reader.ValueSpan;
            }
            else if (name.SequenceEqual("token"u8))
            {
                frame.Token = reader.ValueSpan;
            }
            else if (name.SequenceEqual("to"u8))
            {
                frame.To = reader.ValueSpan;
            }
            else if (name.SequenceEqual("message_id"u8))
            {
                frame.MessageId = reader.ValueSpan;
            }
            else if (name.SequenceEqual("content"u8))
            {
                frame.Content = reader.ValueSpan;
            }
            else
            {
                reader.Skip();
            }
        }

        return frame;
    }
}
