using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace FastChat.Load;

/// <summary>One guest with one connection.</summary>
internal sealed class Client : IDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly byte[] buffer = new byte[128 * 1024];

    private Client(Guid userId) => UserId = userId;

    public Guid UserId { get; }

    /// <summary>Makes a guest and connects it; returns after <c>HELLO_ACK</c>.</summary>
    public static async Task<Client> ConnectAsync(HttpClient http, Uri url)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(url, "/api/sessions"), new { refresh = "body" });
        answer.EnsureSuccessStatusCode();
        using var session = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var client = new Client(session.RootElement.GetProperty("user").GetProperty("user_id").GetGuid());
        client.socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await client.socket.ConnectAsync(new UriBuilder(url) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        await client.SendAsync($$"""{"type":"HELLO","token":"{{session.RootElement.GetProperty("access_token").GetString()}}"}""");
        var first = Encoding.UTF8.GetString((await client.ReceiveAsync()).Span);
        return first.Contains("\"HELLO_ACK\"", StringComparison.Ordinal) ? client : throw new InvalidOperationException(first);
    }

    /// <summary>Sends one frame.</summary>
    public ValueTask SendAsync(string frame) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>Receives one frame; its bytes are good until the next call.</summary>
    /// <exception cref="WebSocketException">The connection ended.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, $"closed with {socket.CloseStatus}");
            }

            length += result.Count;
            if (result.EndOfMessage)
            {
                return buffer.AsMemory(0, length);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Abort();
        socket.Dispose();
    }
}
