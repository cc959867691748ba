using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace FastChat.Server.Cluster.RabbitMq;

/// <summary>
/// RabbitMQ as the bus: a fan-out exchange, and a queue for each node that only it reads and that ends with its connection. Nothing
/// is kept on the broker's disk and nothing acknowledged: what is lost is found in the database.
/// </summary>
/// <param name="address">The broker's address with user and password.</param>
/// <param name="scope">What the nodes have in common, letters and digits: servers of different histories do not hear each other.</param>
public sealed class RabbitMqBus(Uri address, string scope) : IBus
{
    /// <summary>What a broker keeps at most for a node that does not read, in bytes; then the oldest is dropped.</summary>
    private const int MostQueued = 16 * 1024 * 1024;

    private readonly string exchange = $"fastchat.{scope}";

    private readonly ConnectionFactory factory = new()
    {
        Uri = address,
        ClientProvidedName = "fastchat",
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        RequestedHeartbeat = TimeSpan.FromSeconds(5),
        RequestedConnectionTimeout = TimeSpan.FromSeconds(2),
        HandshakeContinuationTimeout = TimeSpan.FromSeconds(4),
        ContinuationTimeout = TimeSpan.FromSeconds(4),
    };

    /// <inheritdoc/>
    public string Name => $"RabbitMQ at {address.Host}:{(address.Port > 0 ? address.Port : factory.Port)}";

    /// <summary>Larger ones would make small ones wait.</summary>
    public int MostBytes => 64 * 1024;

    /// <inheritdoc/>
    public async Task<IBusLink> ConnectAsync(Action<ReadOnlySpan<byte>> hear, CancellationToken cancellationToken)
    {
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        try
        {
            var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: false, autoDelete: true, cancellationToken: cancellationToken);
            var bounds = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-max-length-bytes"] = MostQueued, ["x-overflow"] = "drop-head" };
            var queue = await channel.QueueDeclareAsync(
                string.Empty, durable: false, exclusive: true, autoDelete: true, bounds, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(queue.QueueName, exchange, string.Empty, cancellationToken: cancellationToken);
            var link = new Link(connection, channel, exchange);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) =>
            {
                hear(delivery.Body.Span);
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, cancellationToken);
            return link;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class Link : IBusLink
    {
        private readonly IConnection connection;
        private readonly IChannel channel;
        private readonly string exchange;
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Link(IConnection connection, IChannel channel, string exchange)
        {
            this.connection = connection;
            this.channel = channel;
            this.exchange = exchange;
            connection.ConnectionShutdownAsync += EndAsync;
            channel.ChannelShutdownAsync += EndAsync;
        }

        public Task Ended => ended.Task;

        public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> packets)
        {
            foreach (var packet in packets)
            {
                await channel.BasicPublishAsync(exchange, string.Empty, packet);
            }
        }

        public async ValueTask DisposeAsync()
        {
            ended.TrySetResult();
            await connection.AbortAsync(TimeSpan.FromSeconds(1));
            await connection.DisposeAsync();
        }

        private Task EndAsync(object sender, ShutdownEventArgs why)
        {
            ended.TrySetException(new IOException(why.ReplyText));
            _ = ended.Task.Exception;
            return Task.CompletedTask;
        }
    }
}
