using System.Net;
using FastChat.Server.Limits;
using Microsoft.AspNetCore.Connections;

namespace FastChat.Server.Hosting;

/// <summary>
/// Bounds the TCP connections of one address, before a byte is read: half-open requests and idle connections are counted by
/// nothing else. Trusted proxies are exempt, for all come through them; what is behind them the gateway counts.
/// </summary>
internal sealed class PeerLimit
{
    private readonly IPNetwork[] proxies;
    private readonly AddressCounter counter;

    /// <param name="perAddress">The most open sockets of an address; 0 is no limit.</param>
    /// <param name="proxies">Whose connections are not counted.</param>
    public PeerLimit(int perAddress, IEnumerable<IPNetwork> proxies)
    {
        this.proxies = [.. proxies];

        // Whoever has all the sockets that are allowed can still make calls.
        counter = new AddressCounter(0, perAddress > 0 ? perAddress + Math.Max(64, perAddress / 8) : 0);
    }

    /// <summary>Lets a connection through, or ends it without a word.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (address is null || IsProxy(address))
        {
            await next(connection);
            return;
        }

        var key = AddressKey.Of(address);
        if (!counter.TryEnter(key))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            counter.Leave(key);
        }
    }

    private bool IsProxy(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(proxies, network => network.Contains(plain));
    }
}
