using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Harness;

/// <summary>A user of a test, with what the server handed out for them.</summary>
public sealed record Guest(ServerProcess Server, string Id, string Name, string SessionId, string Token, string RefreshToken)
{
    public ApiClient Api => Server.Api.With(Token);

    public static async Task<Guest> CreateAsync(ServerProcess server, string? name = null)
    {
        var answer = await AvailableAsync(() => server.Api.PostAsync("/api/sessions", new { display_name = name, refresh = "body" }));
        return From(server, answer.Is(201).Json);
    }

    public static async Task<(Guest First, Guest Second)> PairAsync(ServerProcess server) =>
        (await CreateAsync(server), await CreateAsync(server));

    public static Guest From(ServerProcess server, JsonObject answer) => new(server, answer.Child("user").Text("user_id"),
        answer.Child("user").Text("display_name"), answer.Text("session_id"), answer.Text("access_token"),
        answer.Has("refresh_token") ? answer.Text("refresh_token") : "");

    /// <summary>A live connection: said HELLO and was answered.</summary>
    public async Task<ChatSocket> ConnectAsync()
    {
        var socket = await ChatSocket.ConnectAsync(Server.Root);
        await socket.SendAsync(new { type = "HELLO", token = Token });
        await socket.ExpectAsync("HELLO_ACK");
        return socket;
    }

    /// <summary>A live connection whose every byte the test decides.</summary>
    public async Task<RawSocket> ConnectRawAsync(int receiveBuffer = 0)
    {
        var socket = await RawSocket.ConnectAsync(Server.Port, receiveBuffer);
        await socket.SendTextAsync(Json.Write(new { type = "HELLO", token = Token }));
        await socket.ExpectAsync("HELLO_ACK");
        return socket;
    }

    /// <summary>A second session of the same user, as another device has it.</summary>
    public async Task<Guest> OnAnotherDeviceAsync()
    {
        var link = (await Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");
        return From(Server, (await Server.Api.PostAsync("/api/sessions", new { link_token = link, refresh = "body" })).Is(201).Json);
    }

    public async Task<string> OpenChatAsync(Guest other)
    {
        var answer = await AvailableAsync(() => Api.PostAsync("/api/chats", new { user_id = other.Id }));
        Assert.True(answer.Status is 200 or 201, answer.Text);
        return answer.Json.Text("chat_id");
    }

    public async Task<JsonObject> PostMessageAsync(string chat, string content, string? id = null)
    {
        var message = new { message_id = id ?? NewId(), content };
        var answer = await AvailableAsync(() => Api.PostAsync($"/api/chats/{chat}/messages", message));
        Assert.True(answer.Status is 200 or 201, answer.Text);
        return answer.Json;
    }

    public async Task<JsonObject> ChatAsync(string chat) => (await AvailableAsync(() => Api.GetAsync($"/api/chats/{chat}"))).Is(200).Json;

    /// <summary>The whole history of a chat, page by page.</summary>
    public async Task<List<JsonObject>> HistoryAsync(string chat)
    {
        var all = new List<JsonObject>();
        for (var after = 0L; ;)
        {
            var from = after;
            var page = (await AvailableAsync(() => Api.GetAsync($"/api/chats/{chat}/changes?after={from}&limit=200"))).Is(200).Json;
            all.AddRange(page.Children("messages"));
            if (!page.Flag("more"))
            {
                return all;
            }

            after = all[^1].Number("rev");
        }
    }

    /// <summary>A call that a test needs and is not about: made again while the server is too busy for it (UNAVAILABLE), as a client does.</summary>
    private static async Task<ApiAnswer> AvailableAsync(Func<Task<ApiAnswer>> call)
    {
        ApiAnswer answer = null!;
        await Eventually.HoldsAsync(async () => (answer = await call()).Status != 503, "the server is available");
        return answer;
    }

    public static string NewId() => Guid.CreateVersion7().ToString();
}
