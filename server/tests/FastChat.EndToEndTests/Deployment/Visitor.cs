namespace FastChat.EndToEndTests.Deployment;

/// <summary>Somebody who comes by the address of a proxy; <paramref name="Root"/> ends with a slash.</summary>
internal sealed record Visitor(Uri Root, string Id, string Token)
{
    public ApiClient Api => new(Root, Token);

    public static async Task<Visitor> ArriveAsync(Uri root)
    {
        var answer = (await new ApiClient(root).PostAsync("api/sessions", new { refresh = "body" })).Is(201).Json;
        return new Visitor(root, answer.Child("user").Text("user_id"), answer.Text("access_token"));
    }

    public async Task<ChatSocket> ConnectAsync()
    {
        var socket = await ChatSocket.ConnectAsync(Root);
        await socket.SendAsync(new { type = "HELLO", token = Token });
        await socket.ExpectAsync("HELLO_ACK");
        return socket;
    }

    /// <summary>Sends a message that has to arrive at the other one's connection.</summary>
    public static async Task SayAsync(ChatSocket own, ChatSocket others, string chat, string content)
    {
        var id = Guest.NewId();
        await own.SendAsync(new { type = "MSG", chat_id = chat, message_id = id, content });
        await own.ExpectAsync("MSG_ACK", ack => ack.Text("message_id") == id);
        var arrived = await others.ExpectAsync("MSG", message => message.Text("message_id") == id);
        Assert.Equal(content, arrived.Text("content"));
    }

    public async Task<string> OpenChatAsync(Visitor other) =>
        (await Api.PostAsync("api/chats", new { user_id = other.Id })).Json.Text("chat_id");
}
