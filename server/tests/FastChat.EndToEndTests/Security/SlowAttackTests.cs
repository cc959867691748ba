using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastChat.EndToEndTests.Security;

/// <summary>Attacks that cost patience only: half-open upgrades, slow bytes, unfinished messages, answers that nobody reads.</summary>
public sealed class SlowAttackTests
{
    private const int Many = 300;
    private const long MostMemory = 192L * 1024 * 1024;

    [Fact]
    public async Task ATTACK_half_open_and_unfinished_connections_are_bounded_in_time_memory_and_files_and_those_inside_talk_on()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        await using var adas = await ada.ConnectAsync();
        await using var bobs = await bob.ConnectAsync();
        var chat = await ada.OpenChatAsync(bob);
        await TalkAsync(adas, chat, "before");
        var (files, bytes) = (Usage.Files(server.Id), Usage.Bytes(server.Id));
        var clock = Stopwatch.StartNew();
        var attacks = new List<TcpClient>();
        try
        {
            await AttackAsync(server, ada, attacks);
            await TalkAsync(adas, chat, "during");
            Assert.InRange(Usage.Bytes(server.Id) - bytes, long.MinValue, MostMemory);

            // A head within 10 s, a body at 240 bytes a second, a HELLO within 5 s, a message within 10 s.
            await Eventually.HoldsAsync(() => Usage.Files(server.Id) <= files + 20, $"An end of the attack's connections ({files} files before)", Patience.For(90));
            await TalkAsync(adas, chat, "after");
            Assert.InRange(Usage.Bytes(server.Id) - bytes, long.MinValue, MostMemory);
        }
        finally
        {
            attacks.ForEach(client => client.Dispose());
        }

        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(4), "It ended too soon to have been patient with slow but honest clients.");
        await bobs.ExpectAsync("MSG", message => message.Text("content") == "after");
    }

    [Fact]
    public async Task ATTACK_answers_that_nobody_reads_hold_little_and_others_are_answered()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await Shapes.FillAsync(ada, chat, 200, number => $"{number}" + new string('x', 3_900));
        (await ada.Api.GetAsync($"/api/chats/{chat}/messages?limit=200")).Is(200);
        var (files, bytes) = (Usage.Files(server.Id), Usage.Bytes(server.Id));
        var request = Encoding.ASCII.GetBytes($"GET /api/chats/{chat}/messages?limit=200 HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\nAuthorization: Bearer {ada.Token}\r\n\r\n");
        var readers = new List<TcpClient>();
        try
        {
            for (var number = 0; number < 40; number++)
            {
                var client = new TcpClient { ReceiveBufferSize = 4096 };
                await client.ConnectAsync(IPAddress.Loopback, server.Port);
                readers.Add(client);

                // Many questions at once, and no answer is ever read.
                await client.GetStream().WriteAsync(Enumerable.Repeat(request, 20).SelectMany(one => one).ToArray());
            }

            // The web server gives them minutes (240 bytes a second), but little to hold meanwhile.
            for (var number = 0; number < 20; number++)
            {
                (await ada.Api.GetAsync($"/api/chats/{chat}/messages?limit=200")).Is(200);
                Assert.InRange(Usage.Bytes(server.Id) - bytes, long.MinValue, MostMemory);
            }
        }
        finally
        {
            readers.ForEach(client => client.Dispose());
        }

        await Eventually.HoldsAsync(() => Usage.Files(server.Id) <= files + 20, "An end of what was written to them");
    }

    /// <summary>Five kinds of patience, some hundred connections in all.</summary>
    private static async Task AttackAsync(ServerProcess server, Guest ada, List<TcpClient> attacks)
    {
        var host = $"Host: 127.0.0.1:{server.Port}\r\n";
        var upgrade = $"GET /ws HTTP/1.1\r\n{host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n";
        var body = $"POST /api/chats HTTP/1.1\r\n{host}Authorization: Bearer {ada.Token}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n";
        byte[] Start(string head) => Encoding.ASCII.GetBytes(head);
        for (var number = 0; number < Many; number++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, server.Port);
            attacks.Add(client);
            await client.GetStream().WriteAsync((number % 5) switch
            {
                0 => Start("G"),
                1 => Start(upgrade),
                2 => Start(body + "{"),
                3 => Start(upgrade + "\r\n"),
                _ => [.. Start(upgrade + "\r\n"), .. RawSocket.Encode(RawSocket.TextFrame, "{"u8.ToArray(), final: false)],
            });
        }
    }

    private static async Task TalkAsync(ChatSocket socket, string chat, string content)
    {
        var before = socket.Now;
        await socket.AskAsync(new { type = "MSG", chat_id = chat, message_id = Guest.NewId(), content }, "MSG_ACK");
        Assert.InRange((socket.Now - before).TotalSeconds, 0, 5);
    }
}
