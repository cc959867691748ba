using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>Stands in the place of a node and keeps what a proxy sends it: the head of each request, as it came.</summary>
internal sealed class RecordingNode : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, FreePort.Next());
    private readonly CancellationTokenSource end = new();
    private readonly string? answer;
    private readonly Task accepting;

    /// <param name="answer">What it answers; null: it reads the request and dies over it.</param>
    public RecordingNode(string? answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The heads of all requests.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(end.Token);
                await ServeAsync(client);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await client.GetStream().ReadAsync(buffer, end.Token);
            if (count == 0)
            {
                return;
            }

            head.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        Heads.Enqueue(head.ToString());
        if (answer is not null)
        {
            var text = $"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n{answer}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), end.Token);
        }
    }
}
