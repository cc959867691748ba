using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Harness;

/// <summary>A frame as RFC 6455 has it on the wire.</summary>
public sealed record WireFrame(int Opcode, bool Final, byte[] Payload)
{
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a close frame; 1005 if it has none.</summary>
    public int CloseCode => Payload.Length < 2 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(Payload);
}

/// <summary>A WebSocket spoken by hand: any bytes, in any pieces, with pongs only if the test wants them.</summary>
public sealed class RawSocket : IAsyncDisposable
{
    public const int Continuation = 0;
    public const int TextFrame = 1;
    public const int BinaryFrame = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    private readonly TcpClient tcp;
    private readonly BufferedStream input;
    private readonly Stream output;

    private RawSocket(TcpClient connected)
    {
        tcp = connected;
        output = connected.GetStream();
        input = new BufferedStream(output, 8192);
    }

    public int Status { get; private set; }

    public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether a ping of the server is answered while the test reads.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>Opens a connection and asks for the upgrade; any answer is taken.</summary>
    public static Task<RawSocket> TryConnectAsync(int port, params string[] headers) => TryConnectAsync(port, receiveBuffer: 0, headers);

    private static async Task<RawSocket> TryConnectAsync(int port, int receiveBuffer, string[] headers)
    {
        var connecting = new TcpClient { NoDelay = true };
        if (receiveBuffer > 0)
        {
            connecting.ReceiveBufferSize = receiveBuffer;
        }

        await connecting.ConnectAsync(IPAddress.Loopback, port);
        var socket = new RawSocket(connecting);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var lines = new List<string> { "GET /ws HTTP/1.1" };
        if (!headers.Any(header => header.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)))
        {
            lines.Add($"Host: 127.0.0.1:{port}");
        }

        string[] version = headers.Any(header => header.StartsWith("Sec-WebSocket-Version:", StringComparison.Ordinal)) ? [] : ["Sec-WebSocket-Version: 13"];
        lines.AddRange(["Connection: Upgrade", "Upgrade: websocket", .. version, $"Sec-WebSocket-Key: {key}", .. headers]);
        await socket.SendBytesAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"));
        await socket.ReadHeadAsync();
        return socket;
    }

    public static Task<RawSocket> ConnectAsync(int port, params string[] headers) => ConnectAsync(port, receiveBuffer: 0, headers);

    /// <summary>With a small receive buffer, a test that does not read is felt by the server sooner.</summary>
    public static async Task<RawSocket> ConnectAsync(int port, int receiveBuffer, params string[] headers)
    {
        var socket = await TryConnectAsync(port, receiveBuffer, headers);
        Assert.Equal(101, socket.Status);
        return socket;
    }

    public async Task SendBytesAsync(byte[] bytes)
    {
        using var patience = new CancellationTokenSource(Patience.Answer);
        await output.WriteAsync(bytes, patience.Token);
    }

    public Task SendTextAsync(string text) => SendFrameAsync(TextFrame, Encoding.UTF8.GetBytes(text));

    public Task SendFrameAsync(int opcode, byte[] payload, bool final = true) => SendBytesAsync(Encode(opcode, payload, final));

    /// <summary>One client frame with its mask; by chance, if none is given.</summary>
    public static byte[] Encode(int opcode, byte[] payload, bool final = true, byte[]? mask = null)
    {
        using var frame = new MemoryStream();
        frame.WriteByte((byte)((final ? 0x80 : 0) | opcode));
        switch (payload.Length)
        {
            case < 126:
                frame.WriteByte((byte)(0x80 | payload.Length));
                break;
            case < 65536:
                frame.Write([0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length]);
                break;
            default:
                var length = new byte[9];
                length[0] = 0x80 | 127;
                BinaryPrimitives.WriteInt64BigEndian(length.AsSpan(1), payload.Length);
                frame.Write(length);
                break;
        }

        mask ??= RandomNumberGenerator.GetBytes(4);
        frame.Write(mask);
        for (var index = 0; index < payload.Length; index++)
        {
            frame.WriteByte((byte)(payload[index] ^ mask[index % 4]));
        }

        return frame.ToArray();
    }

    /// <summary>The next frame of the server, or `null` at the connection's end.</summary>
    public async Task<WireFrame?> ReadAsync(TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            var head = await ReadExactlyAsync(2, patience.Token);
            long length = head[1] & 0x7f;
            Assert.True((head[1] & 0x80) == 0, "A server does not mask.");
            if (length == 126)
            {
                length = BinaryPrimitives.ReadUInt16BigEndian(await ReadExactlyAsync(2, patience.Token));
            }
            else if (length == 127)
            {
                length = BinaryPrimitives.ReadInt64BigEndian(await ReadExactlyAsync(8, patience.Token));
            }

            var frame = new WireFrame(head[0] & 0x0f, (head[0] & 0x80) != 0, await ReadExactlyAsync((int)length, patience.Token));
            if (frame.Opcode == Ping && AnswersPings)
            {
                await SendFrameAsync(Pong, frame.Payload);
            }

            return frame;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"Nothing came within {within.TotalSeconds} s.");
            throw;
        }
        catch (Exception end) when (end is IOException or SocketException)
        {
            return null;
        }
    }

    /// <summary>Reads on until a text frame of this type; PRESENCE and control frames on the way are let go.</summary>
    public async Task<JsonObject> ExpectAsync(string type, TimeSpan? within = null)
    {
        var patience = within ?? Patience.Answer;
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var left = patience - clock.Elapsed;
            Assert.True(left > TimeSpan.Zero, $"{type} did not come within {patience.TotalSeconds} s.");
            var frame = await ReadAsync(left);
            Assert.True(frame is not null && frame.Opcode != Close, $"{type} was due, the connection ended: {frame?.CloseCode}");
            if (frame!.Opcode == TextFrame && Json.Parse(frame.Text) is var json && json.Text("type") == type)
            {
                return json;
            }
        }
    }

    /// <summary>Reads on to the end: the close code, or `null` if the connection ended without one.</summary>
    public async Task<int?> ExpectEndAsync(TimeSpan? within = null)
    {
        var patience = within ?? Patience.Answer;
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var left = patience - clock.Elapsed;
            Assert.True(left > TimeSpan.Zero, $"The connection did not end within {patience.TotalSeconds} s.");
            var frame = await ReadAsync(left);
            if (frame is null || frame.Opcode == Close)
            {
                return frame?.CloseCode;
            }
        }
    }

    /// <summary>FIN, as a program that ends sends it: no close frame.</summary>
    public void SendFin() => tcp.Client.Shutdown(SocketShutdown.Send);

    /// <summary>RST, as a crash or a middlebox sends it.</summary>
    public void SendReset()
    {
        tcp.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        tcp.Client.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await output.DisposeAsync();
        tcp.Dispose();
    }

    private async Task ReadHeadAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Answer);
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await ReadExactlyAsync(1, patience.Token))[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Status = int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        Headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .GroupBy(pair => pair[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => string.Join(", ", group.Select(pair => pair[1])), StringComparer.OrdinalIgnoreCase);
    }

    private async Task<byte[]> ReadExactlyAsync(int count, CancellationToken patience)
    {
        var bytes = new byte[count];
        await input.ReadExactlyAsync(bytes, patience);
        return bytes;
    }
}
