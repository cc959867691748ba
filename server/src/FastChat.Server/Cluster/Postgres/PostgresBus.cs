using System.Text;
using Npgsql;

namespace FastChat.Server.Cluster.Postgres;

/// <summary>
/// PostgreSQL's notifications as the bus. A node listens on one direct connection of its own; what it says goes out on another, a
/// transaction for all that was gathered, and never inside a message's own: a notifying transaction holds a lock over the whole
/// database until it has committed.
/// </summary>
/// <param name="listening">Makes direct connections, which are not pooled.</param>
/// <param name="name">The database's name in logs.</param>
/// <param name="scope">What the nodes have in common, letters and digits: servers of different histories do not hear each other.</param>
public sealed class PostgresBus(NpgsqlDataSource listening, string name, string scope) : IBus, IDisposable
{
    /// <summary>How long one wait for notifications lasts, so that it ends even where the driver does not hear that it should.</summary>
    private static readonly TimeSpan WaitTime = TimeSpan.FromSeconds(1);

    private readonly string channel = $"fastchat_{scope}";

    /// <inheritdoc/>
    public string Name => $"PostgreSQL, {name}";

    /// <summary>PostgreSQL takes less than 8,000 bytes.</summary>
    public int MostBytes => 7_900;

    /// <inheritdoc/>
    public async Task<IBusLink> ConnectAsync(Action<ReadOnlySpan<byte>> hear, CancellationToken cancellationToken)
    {
        var ear = await listening.OpenConnectionAsync(cancellationToken);
        try
        {
            var mouth = await listening.OpenConnectionAsync(cancellationToken);
            ear.Notification += (_, heard) => hear(Encoding.UTF8.GetBytes(heard.Payload));
            await using var listen = new NpgsqlCommand($"LISTEN \"{channel}\"", ear);
            await listen.ExecuteNonQueryAsync(CancellationToken.None);
            return new Link(ear, mouth, channel);
        }
        catch
        {
            await ear.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => listening.Dispose();

    private sealed class Link : IBusLink
    {
        private readonly CancellationTokenSource over = new();
        private readonly NpgsqlConnection ear;
        private readonly NpgsqlConnection mouth;
        private readonly string channel;
        private Task sending = Task.CompletedTask;

        public Link(NpgsqlConnection ear, NpgsqlConnection mouth, string channel)
        {
            this.ear = ear;
            this.mouth = mouth;
            this.channel = channel;
            Ended = ListenAsync();
        }

        public Task Ended { get; }

        public Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> packets) => sending = NotifyAsync(packets);

        public async ValueTask DisposeAsync()
        {
            try
            {
                await over.CancelAsync();
            }
            catch (AggregateException)
            {
                // The driver can fail at being told to end when the connection has just ended by itself.
            }

            // A connection must not be closed while something runs on it; each ends by its own timeout.
            await Task.WhenAll(Ended, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ear.DisposeAsync();
            await mouth.DisposeAsync();
            over.Dispose();
        }

        private async Task NotifyAsync(IReadOnlyList<ReadOnlyMemory<byte>> packets)
        {
            await using var batch = new NpgsqlBatch(mouth);
            foreach (var packet in packets)
            {
                var command = new NpgsqlBatchCommand("SELECT pg_notify($1, $2)");
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = channel });
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Encoding.UTF8.GetString(packet.Span) });
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync();
        }

        private async Task ListenAsync()
        {
            while (!over.IsCancellationRequested)
            {
                await ear.WaitAsync(WaitTime, over.Token);
            }
        }
    }
}
