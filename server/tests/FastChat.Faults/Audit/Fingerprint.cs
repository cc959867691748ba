using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FastChat.Faults.Audit;

/// <summary>A short stand-in for a message's content, so that a recorder can keep millions.</summary>
internal static class Fingerprint
{
    public static ulong Of(string content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(content), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
