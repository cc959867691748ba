using System.Collections.Concurrent;
using FastChat.Relay;

// The yardstick: what the runtime and its WebSocket cost when nothing is stored and nobody is anybody. Same frames as FastChat, so
// that the same load tool runs against both; the pings are the server's too (GW5).
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
var app = builder.Build();
app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(10), KeepAliveTimeout = TimeSpan.FromSeconds(5) });

var peers = new ConcurrentDictionary<Guid, Peer>();
app.MapGet("/health/ready", () => Results.Ok());
app.MapPost("/api/sessions", () =>
{
    var id = Guid.CreateVersion7();
    return Results.Text($$"""{"user":{"user_id":"{{id}}"},"access_token":"{{id}}"}""", "application/json", statusCode: StatusCodes.Status201Created);
});
app.Map("/ws", async (HttpContext context) =>
{
    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    await new Peer(socket, peers).RunAsync();
});
await app.RunAsync();
