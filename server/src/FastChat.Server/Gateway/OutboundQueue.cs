using FastChat.Server.Cluster;

namespace FastChat.Server.Gateway;

/// <summary>
/// What is waiting to go out on one connection. It is bounded (GW4): over the bound, what is droppable is dropped, and of
/// frames that tell a state only the last is kept; who catches up gets those and sees what is missing (CL1).
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="startWriter">
/// Called when something is waiting (or the queue was closed) and nobody is writing; it must not block. So a connection on
/// which nothing goes out holds no writer, and no room for frames.
/// </param>
internal sealed class OutboundQueue(TimeProvider time, Action startWriter)
{
    /// <summary>The bound, in bytes.</summary>
    public const int Bound = 256 * 1024;

    /// <summary>Answers wait even over the bound, as each is due; but no more than this, in bytes.</summary>
    private const int HardBound = 4 * Bound;

    private readonly Lock gate = new();
    private Dictionary<MergeKey, ReadOnlyMemory<byte>>? held;
    private List<ReadOnlyMemory<byte>>? waiting;
    private int bytes;
    private long overSince;
    private TaskCompletionSource? room;
    private bool isWriting;
    private bool presenceWaits;
    private bool isClosed;
    private bool isLive;

    /// <summary>What can't wait has no place any more; the connection must end.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>How much waits, in bytes, as of a moment ago.</summary>
    public int Waiting => Volatile.Read(ref bytes);

    /// <summary>How long it has been over its bound; zero if it is not.</summary>
    public TimeSpan OverFor
    {
        get
        {
            lock (gate)
            {
                return bytes > Bound ? time.GetElapsedTime(overSince) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>
    /// Adds <c>HELLO_ACK</c> and lets published frames in from now on: so it comes first, and what is committed after it
    /// comes after it (CL2).
    /// </summary>
    public void GoLive(ReadOnlyMemory<byte> helloAck)
    {
        lock (gate)
        {
            Put(helloAck);
            isLive = true;
        }
    }

    /// <summary>Adds a frame that must go out.</summary>
    public void Add(ReadOnlyMemory<byte> frame)
    {
        lock (gate)
        {
            PutWithinHardBound(frame);
        }
    }

    /// <summary>Adds a frame that was published to many.</summary>
    public void Add(FrameHint hint)
    {
        lock (gate)
        {
            if (!isLive)
            {
                return;
            }

            if (bytes <= Bound)
            {
                Put(hint.Frame);
            }
            else if (hint.Key is { } key)
            {
                Hold(key, hint.Frame);
            }
            else if (!hint.IsDroppable)
            {
                PutWithinHardBound(hint.Frame);
            }
            else
            {
                GatewayMetrics.Dropped();
            }
        }
    }

    /// <summary>Adds a presence frame, unless one is still waiting or the queue is over its bound.</summary>
    public bool TryAddPresence(ReadOnlyMemory<byte> frame)
    {
        lock (gate)
        {
            if (presenceWaits || bytes > Bound)
            {
                return false;
            }

            presenceWaits = true;
            Put(frame);
            return true;
        }
    }

    /// <summary>Waits while the queue is over its bound: who does not read is not read from either.</summary>
    public async ValueTask WaitForRoomAsync()
    {
        Task wait;
        lock (gate)
        {
            if (bytes <= Bound || isClosed)
            {
                return;
            }

            room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            wait = room.Task;
        }

        await wait;
    }

    /// <summary>Nothing more will be added; what is there still goes out.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            room?.TrySetResult();
            Wake();
        }
    }

    /// <summary>
    /// The writer takes all that is there, giving back the list that it has sent. With null it is done for now and will be
    /// started again, or, with <paramref name="isOver"/>, for good: the queue is closed and empty.
    /// </summary>
    public List<ReadOnlyMemory<byte>>? Take(List<ReadOnlyMemory<byte>> sent, out bool isOver)
    {
        lock (gate)
        {
            if (waiting is { Count: > 0 } taken)
            {
                sent.Clear();
                waiting = sent;
                presenceWaits = false;
                isOver = false;
                return taken;
            }

            waiting = null;
            isOver = isClosed;
            isWriting = isClosed;
            return null;
        }
    }

    /// <summary>The writer has failed: what waits is dropped, and nobody is to write any more.</summary>
    public void Break()
    {
        lock (gate)
        {
            isClosed = true;
            isWriting = true;
            waiting = null;
            room?.TrySetResult();
        }
    }

    /// <summary>A frame is out; what was held back gets its place again once there is room.</summary>
    public void Sent(int length)
    {
        lock (gate)
        {
            bytes -= length;
            if (bytes > Bound)
            {
                return;
            }

            room?.TrySetResult();
            room = null;

            foreach (var frame in held?.Values ?? Enumerable.Empty<ReadOnlyMemory<byte>>())
            {
                Put(frame);
            }

            held = null;
        }
    }

    /// <summary>Keeps the last frame with a key for later, in place of the one before.</summary>
    private void Hold(MergeKey key, ReadOnlyMemory<byte> frame)
    {
        held ??= [];
        if (!held.TryAdd(key, frame))
        {
            held[key] = frame;
            GatewayMetrics.Dropped();
        }
    }

    private void PutWithinHardBound(ReadOnlyMemory<byte> frame)
    {
        if (bytes + frame.Length > HardBound)
        {
            HasOverflowed = true;
            return;
        }

        Put(frame);
    }

    private void Put(ReadOnlyMemory<byte> frame)
    {
        if (isClosed)
        {
            return;
        }

        var wasOver = bytes > Bound;
        (waiting ??= []).Add(frame);
        bytes += frame.Length;
        if (!wasOver && bytes > Bound)
        {
            overSince = time.GetTimestamp();
        }

        Wake();
    }

    private void Wake()
    {
        if (!isWriting)
        {
            isWriting = true;
            startWriter();
        }
    }
}
