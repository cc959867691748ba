using System.Text;

namespace FastChat.EndToEndTests.Management;

/// <summary>A span as a collector sees it; ids in hexadecimal, empty for none.</summary>
internal sealed record OtlpSpan(string Name, string TraceId, string SpanId, string ParentId, IReadOnlyList<string> Links);

/// <summary>Reads the spans out of an OTLP export request: as much of protobuf as that needs.</summary>
internal static class OtlpSpans
{
    /// <summary>request → resource_spans (1) → scope_spans (2) → spans (2).</summary>
    public static IEnumerable<OtlpSpan> Read(byte[] request) =>
        from resource in Fields(request, 1)
        from scope in Fields(resource, 2)
        from span in Fields(scope, 2)
        select new OtlpSpan(
            Encoding.UTF8.GetString(Fields(span, 5).Single()),
            Hex(span, 1),
            Hex(span, 2),
            Hex(span, 4),
            [.. Fields(span, 13).Select(link => Hex(link, 2))]);

    private static string Hex(byte[] message, int field) => Convert.ToHexString(Fields(message, field).FirstOrDefault() ?? []);

    /// <summary>All values of a field that has a length.</summary>
    private static List<byte[]> Fields(byte[] message, int field)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var key = Number(message, ref at);
            switch (key & 7)
            {
                case 0:
                    Number(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Number(message, ref at);
                    if ((int)(key >> 3) == field)
                    {
                        found.Add(message[at..(at + length)]);
                    }

                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"no wire type of protobuf: {key & 7}");
            }
        }

        return found;
    }

    private static ulong Number(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var one = message[at++];
            value |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }
    }
}
