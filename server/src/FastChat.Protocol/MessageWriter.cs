using System.Text.Json;

namespace FastChat.Protocol;

/// <summary>Writes the two frames that every message costs; the same bytes as <see cref="ProtocolJsonContext"/> makes, which a test compares.</summary>
internal static class MessageWriter
{
    private static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText Message = JsonEncodedText.Encode("MSG");
    private static readonly JsonEncodedText Ack = JsonEncodedText.Encode("MSG_ACK");
    private static readonly JsonEncodedText ChatId = JsonEncodedText.Encode("chat_id");
    private static readonly JsonEncodedText MessageId = JsonEncodedText.Encode("message_id");
    private static readonly JsonEncodedText Seq = JsonEncodedText.Encode("seq");
    private static readonly JsonEncodedText Rev = JsonEncodedText.Encode("rev");
    private static readonly JsonEncodedText SenderId = JsonEncodedText.Encode("sender_id");
    private static readonly JsonEncodedText Content = JsonEncodedText.Encode("content");
    private static readonly JsonEncodedText SentAt = JsonEncodedText.Encode("sent_at");
    private static readonly JsonEncodedText EditedAt = JsonEncodedText.Encode("edited_at");
    private static readonly JsonEncodedText DeletedAt = JsonEncodedText.Encode("deleted_at");
    private static readonly JsonEncodedText Hidden = JsonEncodedText.Encode("hidden");
    private static readonly JsonEncodedText Duplicate = JsonEncodedText.Encode("duplicate");
    private static readonly JsonEncodedText Ref = JsonEncodedText.Encode("ref");

    public static void Write(Utf8JsonWriter writer, MessageFrame frame)
    {
        writer.WriteStartObject();
        writer.WriteString(Type, Message);
        writer.WriteString(ChatId, frame.ChatId);
        writer.WriteString(MessageId, frame.MessageId);
        writer.WriteNumber(Seq, frame.Seq);
        writer.WriteNumber(Rev, frame.Rev);
        writer.WriteString(SenderId, frame.SenderId);
        if (frame.Content is { } content)
        {
            writer.WriteString(Content, content);
        }

        TimestampConverter.Write(writer, SentAt, frame.SentAt);
        if (frame.EditedAt is { } editedAt)
        {
            TimestampConverter.Write(writer, EditedAt, editedAt);
        }

        if (frame.DeletedAt is { } deletedAt)
        {
            TimestampConverter.Write(writer, DeletedAt, deletedAt);
        }

        if (frame.Hidden is { } hidden)
        {
            writer.WriteBoolean(Hidden, hidden);
        }

        writer.WriteEndObject();
        writer.Flush();
    }

    public static void Write(Utf8JsonWriter writer, MessageAckFrame frame)
    {
        writer.WriteStartObject();
        writer.WriteString(Type, Ack);
        writer.WriteString(ChatId, frame.ChatId);
        writer.WriteString(MessageId, frame.MessageId);
        writer.WriteNumber(Seq, frame.Seq);
        writer.WriteNumber(Rev, frame.Rev);
        TimestampConverter.Write(writer, SentAt, frame.SentAt);
        writer.WriteBoolean(Duplicate, frame.Duplicate);
        if (frame.Ref is { } reference)
        {
            writer.WriteString(Ref, reference);
        }

        writer.WriteEndObject();
        writer.Flush();
    }
}
