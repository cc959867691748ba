using System.Collections.Concurrent;

namespace FastChat.Server.Limits;

/// <summary>How many of something there are, in all and of each address, up to a bound for either (0: no bound).</summary>
/// <param name="most">The bound in all.</param>
/// <param name="mostPerAddress">The bound of one address.</param>
public sealed class AddressCounter(int most, int mostPerAddress)
{
    private readonly ConcurrentDictionary<AddressKey, int> byAddress = new();
    private int count;

    /// <summary>How many there are in all.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>How many addresses have any; nothing is kept of the others.</summary>
    public int Addresses => byAddress.Count;

    /// <summary>Counts one more of an address; false, and not counted, where a bound is reached.</summary>
    public bool TryEnter(AddressKey address)
    {
        if (Interlocked.Increment(ref count) > most && most > 0)
        {
            Interlocked.Decrement(ref count);
            return false;
        }

        while (true)
        {
            var known = byAddress.TryGetValue(address, out var own);
            if (mostPerAddress > 0 && own >= mostPerAddress)
            {
                Interlocked.Decrement(ref count);
                return false;
            }

            if (known ? byAddress.TryUpdate(address, own + 1, own) : byAddress.TryAdd(address, 1))
            {
                return true;
            }
        }
    }

    /// <summary>One of an address that had entered is gone.</summary>
    public void Leave(AddressKey address)
    {
        Interlocked.Decrement(ref count);
        while (byAddress.TryGetValue(address, out var own))
        {
            var isDone = own > 1
                ? byAddress.TryUpdate(address, own - 1, own)
                : byAddress.TryRemove(KeyValuePair.Create(address, own));
            if (isDone)
            {
                return;
            }
        }
    }
}
