using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastChat.Load.Wire;

/// <summary>
/// One guest's WebSocket on a bare socket, driven by an <see cref="EventLoop"/>: opened, upgraded, greeted with <c>HELLO</c>, then
/// handed every text frame. All on the loop's thread. Any end that the loop did not ask for is a <see cref="LoadException"/>.
/// </summary>
internal class Connection(Guest guest) : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
    private EventLoop? loop;
    private int tag;
    private byte[] unsent = [];
    private byte[] unread = [];
    private Phase phase = Phase.Upgrading;

    private enum Phase
    {
        Upgrading,
        Greeting,
        Live,
    }

    /// <summary>Who it is.</summary>
    public Guest Guest { get; } = guest;

    /// <summary>Which of several nodes it takes, counted around; null: the next one.</summary>
    public int? Place { get; init; }

    /// <summary><c>HELLO_ACK</c> is here.</summary>
    public bool IsLive => phase == Phase.Live;

    /// <summary>Connects and asks for the upgrade; the loop hears of the answer.</summary>
    /// <exception cref="LoadException">The server refused.</exception>
    public void Open(EventLoop owner, int ownTag, IPEndPoint server)
    {
        (loop, tag) = (owner, ownTag);
        try
        {
            socket.Connect(server);
        }
        catch (SocketException fault)
        {
            throw new LoadException($"{server} can't be reached: {fault.Message}", fault);
        }

        socket.Blocking = false;
        loop.Epoll.Watch(socket.SafeHandle, tag);
        Send(Encoding.ASCII.GetBytes(
            $"GET /ws HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
    }

    /// <summary>Reads once and handles every whole frame that is there; what is left waits for the next time.</summary>
    public void Read(ref byte[] buffer)
    {
        unread.CopyTo(buffer, 0);
        var length = unread.Length;
        var count = socket.Receive(buffer.AsSpan(length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (error != SocketError.Success || count == 0)
        {
            throw new LoadException($"The server ended a connection: {(error == SocketError.Success ? "no close frame" : error)}.");
        }

        length += count;
        var used = Handle(buffer.AsSpan(0, length));
        unread = used == length ? [] : buffer[used..length];
        if (unread.Length == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        OnRead();
    }

    /// <summary>Sends, or keeps what the socket has no room for.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (unsent.Length > 0)
        {
            unsent = [.. unsent, .. bytes];
            return;
        }

        var sent = socket.Send(bytes, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new LoadException($"A connection broke: {error}.");
        }

        if (sent < bytes.Length)
        {
            unsent = bytes[sent..].ToArray();
            loop!.Epoll.Rewatch(socket.SafeHandle, tag, Epoll.Readable | Epoll.Writable);
        }
    }

    /// <summary>There is room again.</summary>
    public void SendRest()
    {
        var rest = unsent;
        unsent = [];
        loop!.Epoll.Rewatch(socket.SafeHandle, tag, Epoll.Readable);
        Send(rest);
    }

    /// <summary>Ends the connection with a reset, so that no port stays taken.</summary>
    public void Dispose()
    {
        socket.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A text frame after <c>HELLO_ACK</c>.</summary>
    protected virtual void OnText(ReadOnlySpan<byte> text)
    {
    }

    /// <summary>The frames of one read have all been handled.</summary>
    protected virtual void OnRead()
    {
    }

    private int Handle(Span<byte> bytes)
    {
        var used = 0;
        if (phase == Phase.Upgrading)
        {
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return 0;
            }

            if (!bytes.StartsWith("HTTP/1.1 101 "u8))
            {
                throw new LoadException($"The server did not upgrade: {Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)'\r')])}");
            }

            used = end + 4;
            phase = Phase.Greeting;
            Send(ClientFrames.Text($$"""{"type":"HELLO","token":"{{Guest.Token}}"}"""));
        }

        while (TryCut(bytes[used..], out var opcode, out var start, out var length))
        {
            HandleFrame(opcode, bytes.Slice(used + start, length));
            used += start + length;
        }

        return used;
    }

    /// <summary>Finds a whole frame at the beginning. The server's frames are not masked.</summary>
    private static bool TryCut(ReadOnlySpan<byte> bytes, out byte opcode, out int start, out int length)
    {
        (opcode, start, length) = (0, 2, 0);
        if (bytes.Length < 2)
        {
            return false;
        }

        opcode = bytes[0];
        length = bytes[1];
        if (length >= 126)
        {
            start = length == 126 ? 4 : 10;
            if (bytes.Length < start)
            {
                return false;
            }

            length = start == 4
                ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])
                : checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]));
        }

        return bytes.Length - start >= length;
    }

    private void HandleFrame(byte opcode, ReadOnlySpan<byte> payload)
    {
        switch (opcode)
        {
            case 0x81:
                HandleText(payload);
                return;
            case 0x89:
                Send(ClientFrames.Pong(payload));
                return;
            case 0x88:
                var code = payload.Length < 2 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(payload);
                throw new LoadException($"The server closed a connection with {code} {Encoding.UTF8.GetString(payload[Math.Min(2, payload.Length)..])}");
            default:
                throw new LoadException($"A frame began with 0x{opcode:X2}; only whole text frames, pings and close frames are understood.");
        }
    }

    private void HandleText(ReadOnlySpan<byte> text)
    {
        if (phase == Phase.Live)
        {
            OnText(text);
        }
        else if (Scan.Is(text, "\"type\":\"HELLO_ACK\""u8))
        {
            phase = Phase.Live;
            loop!.Greeted(this);
        }
        else
        {
            throw new LoadException($"HELLO was answered with {Encoding.UTF8.GetString(text)}");
        }
    }
}
