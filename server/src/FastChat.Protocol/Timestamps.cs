using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastChat.Protocol;

/// <summary>Times on the wire: RFC 3339, UTC, milliseconds.</summary>
public sealed class TimestampConverter : JsonConverter<DateTimeOffset>
{
    /// <summary>The length of <c>2026-01-31T23:59:59.999Z</c>, in bytes.</summary>
    private const int Length = 24;

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[Length];
        Format(value, text);
        writer.WriteStringValue(text);
    }

    /// <summary>Writes it as a member; every message carries one, twice, and a format string costs ten times as much.</summary>
    internal static void Write(Utf8JsonWriter writer, JsonEncodedText name, DateTimeOffset value)
    {
        Span<byte> text = stackalloc byte[Length];
        Format(value, text);
        writer.WriteString(name, text);
    }

    private static void Format(DateTimeOffset value, Span<byte> text)
    {
        var utc = value.UtcDateTime;
        utc.Deconstruct(out var date, out var time);
        "0000-00-00T00:00:00.000Z"u8.CopyTo(text);
        Put(text[..4], date.Year);
        Put(text[5..7], date.Month);
        Put(text[8..10], date.Day);
        Put(text[11..13], time.Hour);
        Put(text[14..16], time.Minute);
        Put(text[17..19], time.Second);
        Put(text[20..23], time.Millisecond);
    }

    private static void Put(Span<byte> digits, int value)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, 10);
            digits[i] = (byte)('0' + digit);
        }
    }
}
