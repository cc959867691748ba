using System.Diagnostics;
using System.Net;

namespace FastChat.Load.Wire;

/// <summary>One thread that drives many connections: waits, reads what is there, does what is due.</summary>
internal sealed class EventLoop(IReadOnlyList<IPEndPoint> servers) : IDisposable
{
    private readonly List<Connection> connections = [];
    private byte[] buffer = new byte[256 * 1024];
    private int opening;

    public Epoll Epoll { get; } = new();

    /// <summary>Called for each connection when its <c>HELLO_ACK</c> is here.</summary>
    public Action<Connection>? OnGreeted { get; set; }

    /// <summary>Opens all of them, never more than <paramref name="atOnce"/> under way, and returns when the last is live.</summary>
    public void OpenAll(IReadOnlyList<Connection> all, int atOnce)
    {
        var next = 0;
        var patience = Stopwatch.GetTimestamp() + 120 * Stopwatch.Frequency;
        do
        {
            while (next < all.Count && opening < atOnce)
            {
                Open(all[next++]);
            }

            Turn(patience);
            if (Stopwatch.GetTimestamp() > patience)
            {
                throw new LoadException($"{opening} connections got no answer; {next} of {all.Count} were begun.");
            }
        }
        while (opening > 0 || next < all.Count);
    }

    /// <summary>Begins to open one.</summary>
    public void Open(Connection connection)
    {
        opening++;
        connections.Add(connection);
        var tag = connections.Count - 1;
        connection.Open(this, tag, servers[(connection.Place ?? tag) % servers.Count]);
    }

    /// <summary>
    /// Runs until <paramref name="end"/> (of <see cref="Stopwatch"/>'s clock) or until <paramref name="isDone"/>.
    /// <paramref name="pace"/> gets the time, does what is due, and returns when it wants to be asked again.
    /// </summary>
    public void Run(long end, Func<long, long>? pace = null, Func<bool>? isDone = null)
    {
        while (Stopwatch.GetTimestamp() is var now && now < end && isDone?.Invoke() != true)
        {
            Turn(Math.Min(end, pace?.Invoke(now) ?? end));
        }
    }

    /// <summary>Ends every connection.</summary>
    public void CloseAll()
    {
        connections.ForEach(connection => connection.Dispose());
        connections.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseAll();
        Epoll.Dispose();
    }

    /// <summary>A connection of this loop is live.</summary>
    internal void Greeted(Connection connection)
    {
        opening--;
        OnGreeted?.Invoke(connection);
    }

    private void Turn(long until)
    {
        var nanoseconds = Math.Max(0, until - Stopwatch.GetTimestamp()) * (1_000_000_000 / Stopwatch.Frequency);
        var count = Epoll.Wait(Math.Min(nanoseconds, 100_000_000));
        for (var i = 0; i < count; i++)
        {
            var (tag, ready) = Epoll.Event(i);
            if ((ready & Epoll.Writable) != 0)
            {
                connections[tag].SendRest();
            }

            // Errors and hang-ups are told by the read.
            if ((ready & ~Epoll.Writable) != 0)
            {
                connections[tag].Read(ref buffer);
            }
        }
    }
}
