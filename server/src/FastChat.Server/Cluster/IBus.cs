namespace FastChat.Server.Cluster;

/// <summary>What carries packets between nodes: PostgreSQL's notifications, or RabbitMQ.</summary>
public interface IBus
{
    /// <summary>Its name in logs, without any secret.</summary>
    string Name { get; }

    /// <summary>A packet may be this long, in bytes of UTF-8.</summary>
    int MostBytes { get; }

    /// <summary>Connects, or fails within seconds. From then on every packet of every node is heard, those of this one too.</summary>
    /// <param name="hear">Called with each packet, one at a time; the bytes are only good during the call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IBusLink> ConnectAsync(Action<ReadOnlySpan<byte>> hear, CancellationToken cancellationToken);
}

/// <summary>A connection to the bus; disposing ends it.</summary>
public interface IBusLink : IAsyncDisposable
{
    /// <summary>Ends when nothing is heard any more; how, says why.</summary>
    Task Ended { get; }

    /// <summary>Sends packets in this order; who does not want to wait any more disposes the link.</summary>
    Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> packets);
}
