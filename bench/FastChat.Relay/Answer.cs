using System.Buffers;
using System.Buffers.Text;

namespace FastChat.Relay;

/// <summary>A frame on its way out, in a pooled array; whoever sends it gives the array back.</summary>
internal readonly record struct Answer(byte[] Array, int Length)
{
    /// <summary>The frame for the addressee: as many bytes as FastChat's.</summary>
    public static Answer Message(in Frame frame, Guid sender, long seq)
    {
        var answer = new Builder(512 + frame.Content.Length);
        answer.Add("{\"type\":\"MSG\",\"chat_id\":\""u8);
        answer.Add(frame.To);
        answer.Add("\",\"message_id\":\""u8);
        answer.Add(frame.MessageId);
        answer.Add("\",\"seq\":"u8);
        answer.Add(seq);
        answer.Add(",\"rev\":"u8);
        answer.Add(seq);
        answer.Add(",\"sender_id\":\""u8);
        answer.Add(sender);
        answer.Add("\",\"content\":\""u8);
        answer.Add(frame.Content);
        answer.Add("\",\"sent_at\":\""u8);
        answer.AddNow();
        answer.Add("\"}"u8);
        return answer.Done;
    }

    /// <summary>The answer to the sender: as many bytes as FastChat's.</summary>
    public static Answer Ack(in Frame frame, long seq)
    {
        var answer = new Builder(512);
        answer.Add("{\"type\":\"MSG_ACK\",\"chat_id\":\""u8);
        answer.Add(frame.To);
        answer.Add("\",\"message_id\":\""u8);
        answer.Add(frame.MessageId);
        answer.Add("\",\"seq\":"u8);
        answer.Add(seq);
        answer.Add(",\"rev\":"u8);
        answer.Add(seq);
        answer.Add(",\"sent_at\":\""u8);
        answer.AddNow();
        answer.Add("\",\"duplicate\":false}"u8);
        return answer.Done;
    }

    /// <summary>A frame of just these bytes.</summary>
    public static Answer Of(ReadOnlySpan<byte> text)
    {
        var answer = new Builder(text.Length);
        answer.Add(text);
        return answer.Done;
    }

    /// <summary>Gives the array back.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(Array);

    private ref struct Builder(int capacity)
    {
        private readonly byte[] array = ArrayPool<byte>.Shared.Rent(capacity);
        private int length;

        public readonly Answer Done => new(array, length);

        private readonly Span<byte> Free => array.AsSpan(length);

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(Free);
            length += text.Length;
        }

        public void Add(long number)
        {
            Utf8Formatter.TryFormat(number, Free, out var written);
            length += written;
        }

        public void Add(Guid id)
        {
            Utf8Formatter.TryFormat(id, Free, out var written);
            length += written;
        }

        public void AddNow()
        {
            Utf8Formatter.TryFormat(DateTime.UtcNow, Free, out var written, 'O');
            length += written;
        }
    }
}
