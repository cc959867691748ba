using System.Collections;

namespace FastChat.Server.Tests;

/// <summary>A list that background work adds to while a test reads it; reading sees a copy.</summary>
internal sealed class Noted<T> : IReadOnlyList<T>
{
    private readonly Lock gate = new();
    private readonly List<T> items = [];

    public int Count
    {
        get
        {
            lock (gate)
            {
                return items.Count;
            }
        }
    }

    public T this[int index]
    {
        get
        {
            lock (gate)
            {
                return items[index];
            }
        }
    }

    public void Add(T item)
    {
        lock (gate)
        {
            items.Add(item);
        }
    }

    public void Clear() => Take();

    /// <summary>Removes and returns everything.</summary>
    public List<T> Take()
    {
        lock (gate)
        {
            List<T> taken = [.. items];
            items.Clear();
            return taken;
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        lock (gate)
        {
            return items.ToList().GetEnumerator();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
