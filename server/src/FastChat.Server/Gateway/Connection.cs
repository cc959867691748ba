using System.Net.WebSockets;
using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using FastChat.Server.Rest;

namespace FastChat.Server.Gateway;

/// <summary>Who is on a live connection, from the token alone (ID1).</summary>
/// <param name="userId">The user.</param>
/// <param name="sessionId">The session with which the connection ends.</param>
internal sealed class LiveState(Guid userId, Guid sessionId)
{
    public Guid UserId { get; } = userId;

    public Guid SessionId { get; } = sessionId;

    /// <summary>What it is shown of presence; null for the moment before the first list.</summary>
    public PresenceViewer? Viewer { get; set; }
}

/// <summary>
/// One WebSocket: a read loop, and a bounded queue that one writer at a time empties whenever something waits in it. What it
/// owns carries its <see cref="Id"/>, and only it cleans that up.
/// </summary>
internal sealed class Connection : IPresenceOutput, IThreadPoolWorkItem
{
    /// <summary>How long the peer may take to answer a close frame before the socket is aborted.</summary>
    public static readonly TimeSpan CloseWait = TimeSpan.FromSeconds(2);

    private readonly WebSocket socket;
    private readonly TimeProvider time;
    private readonly Func<Connection, Task> write;
    private readonly Lock gate = new();
    private Task slowWork = Task.CompletedTask;
    private int slowWorks;
    private (int Code, string Reason)? closing;
    private long closeBy;
    private bool isWritten;
    private TaskCompletionSource? written;

    /// <param name="socket">The socket.</param>
    /// <param name="transport">The stream under it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="write">Runs <see cref="WriteAsync"/> and deals with its failures; started whenever something waits and nobody writes.</param>
    public Connection(WebSocket socket, Transport transport, TimeProvider time, Func<Connection, Task> write)
    {
        this.socket = socket;
        Transport = transport;
        this.time = time;
        OpenedAt = time.GetTimestamp();
        this.write = write;
        Outbound = new OutboundQueue(time, StartWriter);
        Reader = new FrameReader(socket, time);
        Pending = new PendingSends(time);
        Refusals = new RefusalCounter(time);
    }

    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>The stream under the socket.</summary>
    public Transport Transport { get; }

    /// <summary>Its place among those who came in, where they are counted.</summary>
    public Place? Place { get; init; }

    /// <summary>The clock's timestamp.</summary>
    public long OpenedAt { get; }

    public OutboundQueue Outbound { get; }

    public FrameReader Reader { get; }

    public PendingSends Pending { get; }

    public RefusalCounter Refusals { get; }

    /// <summary>The first frame is here; what it leads to may take a moment.</summary>
    public bool HasSaidHello { get; set; }

    /// <summary>Null until <c>HELLO</c> was accepted.</summary>
    public LiveState? Live { get; set; }

    /// <summary>The server has begun to close it.</summary>
    public bool IsClosing => closing is not null;

    /// <summary>Its end is no accident that a grace should cover.</summary>
    public bool EndsForGood { get; private set; }

    /// <summary>Queues a frame for this connection alone.</summary>
    public void Send<T>(T frame)
        where T : IServerFrame => Outbound.Add(FrameWriter.Encode(frame));

    /// <summary>Queues the answer to a message.</summary>
    public void Send(MessageAckFrame frame) => Outbound.Add(FrameWriter.Encode(frame));

    /// <summary>Queues a frame that was published to many.</summary>
    public void Send(FrameHint hint) => Outbound.Add(hint);

    /// <inheritdoc/>
    public bool TryShow(ReadOnlyMemory<byte> frame) => Outbound.TryAddPresence(frame);

    /// <summary>Answers with an <c>ERROR</c>.</summary>
    public void Tell(Refusal refusal, string? reference, Guid? messageId)
    {
        RefusalMetrics.RefusedFrame(refusal.Code);
        Send(ErrorFrame.From(refusal, reference, messageId));
    }

    /// <summary>Answers with an <c>ERROR</c>; who goes on after too many that are not the server's own fault is closed.</summary>
    public void Refuse(Refusal refusal, string? reference, Guid? messageId)
    {
        Tell(refusal, reference, messageId);
        var isTheClients = refusal.Code is not (ErrorCode.Unavailable or ErrorCode.InternalError);
        if (isTheClients && Refusals.Add())
        {
            Close(CloseCode.TooManyRefusals, "refused too many times");
        }
    }

    /// <summary>
    /// Begins to close: what is queued goes out, then the close frame; the first call decides the code. If that takes
    /// longer than <paramref name="patience"/> (default 5 s), or the peer's answer longer than 2 s, the socket is aborted.
    /// </summary>
    public void Close(int code, string reason, TimeSpan? patience = null, bool forGood = false)
    {
        lock (gate)
        {
            if (closing is not null)
            {
                return;
            }

            closing = (code, reason);
            EndsForGood = forGood;
            closeBy = Later(patience ?? TimeSpan.FromSeconds(5));
        }

        Outbound.Close();
    }

    /// <summary>Ends the socket without a word.</summary>
    public void Abort()
    {
        try
        {
            socket.Abort();
            Transport.Abort();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself between the caller's look and this call: the request it belongs to is gone.
        }
    }

    /// <summary>Ends the socket without a word, unless a close frame is on its way or it has ended already.</summary>
    public void AbortIfOpen()
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            Abort();
        }
    }

    /// <summary>Aborts a close that takes too long.</summary>
    public void AbortIfCloseIsLate()
    {
        lock (gate)
        {
            if (closing is null || time.GetTimestamp() < closeBy)
            {
                return;
            }
        }

        Abort();
    }

    /// <summary>
    /// Runs work that may wait for the database, after earlier such work of this connection and away from its read loop;
    /// false if too much is waiting.
    /// </summary>
    public bool TryRunSlowly(Func<Task> work)
    {
        const int Most = 128;
        lock (gate)
        {
            if (slowWorks >= Most)
            {
                return false;
            }

            Interlocked.Increment(ref slowWorks);
            slowWork = RunAfterAsync(slowWork, work);
            return true;
        }
    }

    /// <summary>Ends when all such work is done.</summary>
    public Task SlowWorkAsync()
    {
        lock (gate)
        {
            return slowWork;
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => _ = write(this);

    /// <summary>Writes what is queued; once the queue is closed and empty, says so to the peer, and no writer comes after this one.</summary>
    public async Task WriteAsync()
    {
        var sent = new List<ReadOnlyMemory<byte>>();
        bool isOver;
        while (Outbound.Take(sent, out isOver) is { } frames)
        {
            for (var i = 0; i < frames.Count; i++)
            {
                Transport.MoreFollows = i < frames.Count - 1;
                await socket.SendAsync(frames[i], WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                Outbound.Sent(frames[i].Length);
            }

            sent = frames;
        }

        if (isOver)
        {
            await SayCloseAsync();
            EndWriting();
        }
    }

    /// <summary>Nothing more is written, be it that all is or that the writer failed.</summary>
    public void EndWriting()
    {
        Outbound.Break();
        lock (gate)
        {
            isWritten = true;
            written?.TrySetResult();
        }
    }

    /// <summary>Ends when nothing more is written.</summary>
    public Task WrittenAsync()
    {
        lock (gate)
        {
            if (isWritten)
            {
                return Task.CompletedTask;
            }

            written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return written.Task;
        }
    }

    private void StartWriter() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private async Task SayCloseAsync()
    {
        var (code, reason) = closing ?? (CloseCode.Normal, string.Empty);
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
        }

        lock (gate)
        {
            closeBy = Later(CloseWait);
        }
    }

    private async Task RunAfterAsync(Task earlier, Func<Task> work)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await work();
        }
        finally
        {
            Interlocked.Decrement(ref slowWorks);
        }
    }

    private long Later(TimeSpan span) => time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
}
