using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FastChat.Faults.Processes;

namespace FastChat.Faults.Network;

/// <summary>
/// A TCP proxy that stands for a bad network: it delays, throttles, stalls, cuts, drops the server's frames, or refuses. All
/// of it is switched while connections are open. Chance comes from a seed; what it falls on depends on the moment too.
/// </summary>
public sealed class ChaosProxy : IAsyncDisposable
{
    /// <summary>
    /// What the kernel keeps for the proxy of what a server has sent; without a bound it would take megabytes from it, and hide
    /// that a client does not read.
    /// </summary>
    private const int ReceiveBytes = 64 * 1024;

    private readonly ConcurrentDictionary<ProxyLink, Task> links = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly IPAddress address;
    private Socket? listener;
    private Task accepting = Task.CompletedTask;

    /// <param name="targetPort">The server's port on this machine.</param>
    /// <param name="seed">For delays and drops.</param>
    /// <param name="address">Where it listens; by default this machine's own.</param>
    public ChaosProxy(int targetPort, int seed = 0, IPAddress? address = null)
    {
        this.address = address ?? IPAddress.Loopback;
        TargetPort = targetPort;
        Port = FreePort.Next();
        ToServer = new Direction(seed);
        ToClient = new Direction(seed + 1);
        Accept();
    }

    /// <summary>Where clients connect.</summary>
    public int Port { get; }

    /// <summary>Where clients connect.</summary>
    public Uri Root => new($"http://127.0.0.1:{Port}");

    /// <summary>Where new connections go.</summary>
    public int TargetPort { get; set; }

    /// <summary>What clients send.</summary>
    public Direction ToServer { get; }

    /// <summary>What the server sends.</summary>
    public Direction ToClient { get; }

    /// <summary>Open connections.</summary>
    public int Connections => links.Count;

    /// <summary>Connections are refused until <see cref="Accept"/>; those that are open stay.</summary>
    public void Refuse()
    {
        lock (gate)
        {
            lock (ChildProcess.Forking)
            {
                listener?.Dispose();
            }

            listener = null;
        }
    }

    /// <summary>Takes connections (again).</summary>
    public void Accept()
    {
        lock (gate)
        {
            if (listener is not null)
            {
                return;
            }

            listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(address, Port));
            listener.Listen(512);
            accepting = AcceptAsync(listener);
        }
    }

    /// <summary>Cuts all open connections.</summary>
    public void CutAll(CutKind kind)
    {
        foreach (var link in links.Keys)
        {
            link.Cut(kind);
        }
    }

    /// <summary>All open connections go dead without a word to either side; new ones are not touched.</summary>
    public void FreezeAll()
    {
        foreach (var link in links.Keys)
        {
            link.Freeze();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        Refuse();
        await accepting;
        CutAll(CutKind.Reset);
        await Task.WhenAll(links.Values);
        stopping.Dispose();
    }

    private async Task AcceptAsync(Socket from)
    {
        while (!stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await from.AcceptAsync(stopping.Token);
            }
            catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            _ = ConnectAsync(client);
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        await Task.Yield();
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ReceiveBytes };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, TargetPort), stopping.Token);
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException)
        {
            // Nobody is there: the client learns it as it would without the proxy.
            client.LingerState = new LingerOption(enable: true, seconds: 0);
            client.Dispose();
            server.Dispose();
            return;
        }

        var link = new ProxyLink(client, server, ToServer, ToClient);
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        links[link] = running.Task;
        await link.RunAsync();
        links.TryRemove(link, out _);
        running.SetResult();
    }
}
