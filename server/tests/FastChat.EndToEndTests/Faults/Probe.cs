using FastChat.Faults.Clients;

namespace FastChat.EndToEndTests.Faults;

/// <summary>A connection of a crowd's user that asks whether the server can store. What it sends does not belong to the crowd's chats.</summary>
internal sealed class Probe : IAsyncDisposable
{
    private readonly ChatSocket socket;
    private readonly string chat;

    private Probe(ChatSocket socket, string chat) => (this.socket, this.chat) = (socket, chat);

    /// <summary>Connects with a token that was made before; the server need not be able to write.</summary>
    public static async Task<Probe> ConnectAsync(ServerProcess server, Account account, Account other)
    {
        var connected = await ChatSocket.ConnectAsync(server.Root);
        await connected.SendAsync(new { type = "HELLO", token = account.AccessToken });
        await connected.ExpectAsync("HELLO_ACK");
        return new Probe(connected, other.UserId);
    }

    /// <summary>A message is refused as the contract has it, within 5 s (GW3), and the connection goes on.</summary>
    public async Task IsUnavailableAsync()
    {
        var id = Guest.NewId();
        var before = socket.Now;
        await socket.SendAsync(Message(id));
        var error = await socket.ExpectAsync("ERROR", frame => frame.Has("message_id") && frame.Text("message_id") == id);
        Assert.Equal("UNAVAILABLE", error.Text("code"));
        Assert.InRange((socket.Now - before).TotalSeconds, 0, 5.5);
        Assert.True(error.Number("retry_after_ms") > 0);
        await socket.AskAsync(new { type = "PING" }, "PONG");
    }

    public ValueTask DisposeAsync() => socket.DisposeAsync();

    private object Message(string id) => new { type = "MSG", to = chat, message_id = id, content = "is there room?" };
}
