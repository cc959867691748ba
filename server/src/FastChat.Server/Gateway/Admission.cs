using System.Net;
using System.Security.Cryptography;
using FastChat.Protocol;
using FastChat.Server.Limits;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Gateway;

/// <summary>
/// Who may come in: how many sockets there are, of the node and of one address, how many of them have not proved yet who they
/// are, and how many <c>HELLO</c>s a second are looked at. A storm is turned away before it costs those inside anything.
/// </summary>
internal sealed class Admission
{
    /// <summary>
    /// So many at a time are told on a socket why they can't come in, since a page sees no more of a refused upgrade than that it
    /// failed. Beyond it there is only the 503.
    /// </summary>
    private const int MostTold = 256;

    /// <summary>Those turned away come back at different times, in milliseconds, lest they come as the same storm again.</summary>
    private const int SoonestMs = 1_000;

    /// <inheritdoc cref="SoonestMs"/>
    private const int LatestMs = 5_000;

    private readonly AddressCounter sockets;
    private readonly AddressCounter waiting;
    private readonly AddressCounter told = new(MostTold, 0);
    private readonly RateLimiter<int> hellos;

    public Admission(IOptions<AdmissionOptions> options, Capacity capacity, TimeProvider time)
    {
        var limits = options.Value;
        sockets = new AddressCounter(capacity.Sockets, limits.ConnectionsPerAddress);
        waiting = new AddressCounter(limits.ConnectionsBeforeHello, limits.ConnectionsBeforeHelloPerAddress);
        hellos = new RateLimiter<int>(limits.HellosPerSecond, 2 * limits.HellosPerSecond, time);
    }

    /// <summary>
    /// A place for a socket of this address, with the refusal to be told on it if it is none to stay; null if not even that.
    /// <see cref="Place.Leave"/> is due when the socket is gone.
    /// </summary>
    public Place? Enter(IPAddress? address)
    {
        var key = AddressKey.Of(address);
        if (!waiting.TryEnter(key))
        {
            return Tell(key, "Too many connections are waiting to say HELLO; connect again later.");
        }

        if (!sockets.TryEnter(key))
        {
            waiting.Leave(key);
            return Tell(key, "There are too many connections; connect again later.");
        }

        return new Place(key, sockets, waiting);
    }

    /// <summary>Counts a <c>HELLO</c>; a refusal if there are too many at the moment.</summary>
    public Refusal? RefuseHello() => hellos.TryTake(0, out var retryAfter) ? null : Busy("Too many are connecting; connect again later.", retryAfter);

    /// <summary>A refusal with a time to come back that is not everybody's.</summary>
    public static Refusal Busy(string message, TimeSpan atLeast = default) => new(
        ErrorCode.Unavailable, message, atLeast + TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(SoonestMs, LatestMs)));

    private Place? Tell(AddressKey key, string why) => told.TryEnter(key) ? new Place(key, told, null) { Refusal = Busy(why) } : null;
}

/// <summary>A counted place of one socket.</summary>
internal sealed class Place(AddressKey address, AddressCounter sockets, AddressCounter? waiting)
{
    private AddressCounter? sockets = sockets;
    private AddressCounter? waiting = waiting;

    /// <summary>Why the socket is only told that it can't stay; null for one that may.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Its <c>HELLO</c> was accepted: it no longer waits.</summary>
    public void Accepted() => Interlocked.Exchange(ref waiting, null)?.Leave(address);

    /// <summary>The socket is gone. More than once is the same as once.</summary>
    public void Leave()
    {
        Accepted();
        Interlocked.Exchange(ref sockets, null)?.Leave(address);
    }
}
