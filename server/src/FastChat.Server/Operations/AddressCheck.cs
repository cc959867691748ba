using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Operations;

/// <summary>Whether the server could listen where it is told to, or does so already.</summary>
internal static class AddressCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async IAsyncEnumerable<Finding> RunAsync(IConfiguration settings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var urls = settings["urls"] is { Length: > 0 } given ? given : "http://localhost:8000";
        var management = settings["MANAGEMENT_URL"] ?? "http://127.0.0.1:8001";
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            yield return await CheckAsync("address", url, "/health/live", cancellationToken);
        }

        if (management.Length > 0)
        {
            yield return await CheckAsync("management", management, "/health/live", cancellationToken);
        }
    }

    private static async Task<Finding> CheckAsync(string subject, string url, string path, CancellationToken cancellationToken)
    {
        // + and * are all addresses, which is no host's name.
        var plain = url.Replace("://+", "://0.0.0.0", StringComparison.Ordinal).Replace("://*", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(plain, UriKind.Absolute, out var address))
        {
            return Finding.Wrong(subject, $"{url} is no address: write http://host:port");
        }

        var ip = IPAddress.TryParse(address.Host.Trim('[', ']'), out var parsed) ? parsed : address.IsLoopback ? IPAddress.Loopback : IPAddress.Any;
        try
        {
            using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(ip, address.Port));
            return Finding.Ok(subject, $"{url} is free");
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            var host = ip.Equals(IPAddress.Any) ? "127.0.0.1" : address.Host;
            return await IsFastChatAsync(new Uri($"{address.Scheme}://{host}:{address.Port}{path}"), cancellationToken)
                ? Finding.Ok(subject, $"a FastChat listens at {url}")
                : Finding.Wrong(subject, $"{url} is in use by another program: stop that, or choose another address");
        }
        catch (SocketException fault)
        {
            return Finding.Wrong(subject, $"{url} can't be listened on: {fault.Message.TrimEnd('.')}");
        }
    }

    private static async Task<bool> IsFastChatAsync(Uri uri, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = Patience };
        try
        {
            var answer = await http.GetStringAsync(uri, cancellationToken);
            return answer is """{"status":"ok"}""" or "ok\n";
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
