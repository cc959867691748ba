using System.Net.Security;
using System.Net.Sockets;
using FastChat.Server.Cluster;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Operations;

/// <summary>Whether the bus between nodes carries anything.</summary>
internal static class BusCheck
{
    private const string Setting = "BACKPLANE_URL";
    private const string Subject = "bus";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>With this a client of AMQP 0-9-1 begins; a server that speaks it answers with a method's frame.</summary>
    private static ReadOnlySpan<byte> AmqpHeader => [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 0, 9, 1];

    /// <param name="settings">The settings that the server would have.</param>
    /// <param name="storage">Where the database is, which is the bus unless there is another one.</param>
    /// <param name="open">Makes a database ready for an operator's work.</param>
    /// <param name="busAt">Makes the bus of a broker's address; nothing is connected to yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Finding> RunAsync(
        IConfiguration settings, StorageOptions storage, Func<StorageOptions, IDatabaseAdministration> open, Func<Uri, IBus> busAt, CancellationToken cancellationToken)
    {
        var url = settings[Setting];
        if (string.IsNullOrEmpty(url))
        {
            return storage.Postgres is null ? Finding.Ok(Subject, "a single node needs none") : await open(storage).ExamineBusAsync(cancellationToken);
        }

        if (url.StartsWith("amqp://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("amqps://", StringComparison.OrdinalIgnoreCase))
        {
            return await AmqpAsync(url, busAt, cancellationToken);
        }

        try
        {
            var options = StorageOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(StorageOptions.Setting, url)]).Build());
            return options.Postgres is null
                ? Finding.Wrong(Subject, $"{Setting} must be like postgresql://user:password@host:port/name or amqp://user:password@host:port/vhost")
                : await open(options).ExamineBusAsync(cancellationToken);
        }
        catch (DatabaseRefusedException fault)
        {
            return Finding.Wrong(Subject, fault.Message.Replace(StorageOptions.Setting, Setting, StringComparison.Ordinal).TrimEnd('.'));
        }
    }

    private static async Task<Finding> AmqpAsync(string url, Func<Uri, IBus> busAt, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Host.Length == 0)
        {
            return Finding.Wrong(Subject, $"{Setting} must be like amqp://user:password@host:port/vhost");
        }

        var isTls = address.Scheme == "amqps";
        var port = address.Port > 0 ? address.Port : isTls ? 5671 : 5672;
        var place = $"{address.Host}:{port}";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, port, patience.Token);
            await using Stream stream = isTls ? new SslStream(client.GetStream()) : client.GetStream();
            if (stream is SslStream tls)
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, patience.Token);
            }

            await stream.WriteAsync(AmqpHeader.ToArray(), patience.Token);
            var first = new byte[8];
            var read = await stream.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, patience.Token);
            return read == first.Length && first[0] == 1
                ? await TryAsync(busAt(address), place, patience.Token)
                : Finding.Wrong(Subject, $"{place} answers, but does not speak AMQP 0-9-1: let {Setting} name RabbitMQ's port");
        }
        catch (Exception fault) when (fault is SocketException or IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException
                                      && !cancellationToken.IsCancellationRequested)
        {
            var why = fault is OperationCanceledException ? $"no answer within {Patience.TotalSeconds} s" : fault.Message.TrimEnd('.');
            return Finding.Wrong(Subject, $"{place} can't be used: {why}");
        }
    }

    /// <summary>Signs in as a node does, and listens for what it says itself: user, virtual host and permissions are tried with that.</summary>
    private static async Task<Finding> TryAsync(IBus bus, string place, CancellationToken patience)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await using var link = await bus.ConnectAsync(_ => heard.TrySetResult(), patience);
            await link.SendAsync(["doctor"u8.ToArray()]).WaitAsync(patience);
            await heard.Task.WaitAsync(patience);
            return Finding.Ok(Subject, $"{place} speaks AMQP 0-9-1, and what is sent there is heard");
        }
#pragma warning disable CA1031 // Each driver has exceptions of its own; whatever it is, it is what the operator has to know.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return Finding.Wrong(Subject, $"{place} speaks AMQP 0-9-1, but does not let a node in ({fault.GetBaseException().Message.TrimEnd('.')}): look at the user, password and virtual host in {Setting}");
        }
    }
}
