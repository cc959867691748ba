using System.Net;

namespace FastChat.Server.Limits;

/// <summary>
/// What limits per address count by: an IPv4 address, or the /64 of an IPv6 one, because one customer commonly has that
/// many to choose from.
/// </summary>
public readonly record struct AddressKey
{
    private readonly UInt128 value;

    private AddressKey(UInt128 value) => this.value = value;

    /// <summary>The key of an address; all callers without one (a Unix socket) share a key.</summary>
    public static AddressKey Of(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (!(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryWriteBytes(bytes, out var length))
        {
            return default;
        }

        if (length == 4)
        {
            // As ::ffff:a.b.c.d, which no /64 of a real network is.
            return new AddressKey(new UInt128(0, 0xFFFF_0000_0000UL | System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes)));
        }

        return new AddressKey(new UInt128(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), 0));
    }
}
