namespace FastChat.Faults.Network;

/// <summary>
/// What happens to bytes on their way in one direction through a <see cref="ChaosProxy"/>; may be switched at any time, and
/// then holds for the connections that are there too.
/// </summary>
public sealed class Direction
{
    private readonly Random random;
    private readonly Lock gate = new();
    private TaskCompletionSource? stall;
    private long cutAfter = -1;
    private (Func<string, bool> Frame, int Offset)? cutInside;
    private CutKind cutKind;

    internal Direction(int seed) => random = new Random(seed);

    /// <summary>How long everything takes longer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Up to so much is added to the delay, by chance; the order stays.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Bytes a second and connection; 0 for as many as go.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>
    /// Whole WebSocket text frames for which this is true do not arrive. Only for frames that the server sends: those of a client are masked.
    /// </summary>
    public Func<string, bool>? Drop { get; set; }

    /// <summary>Nothing passes until <see cref="Resume"/>; connections stay.</summary>
    public bool IsStalled
    {
        get
        {
            lock (gate)
            {
                return stall is not null;
            }
        }
    }

    /// <summary>Lets nothing pass any more.</summary>
    public void Stall()
    {
        lock (gate)
        {
            stall ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets everything pass that waited.</summary>
    public void Resume()
    {
        lock (gate)
        {
            stall?.TrySetResult();
            stall = null;
        }
    }

    /// <summary>Lets so many bytes pass from now on, of whatever connection; the connection that brings the next is cut.</summary>
    public void CutAfter(long bytes, CutKind kind)
    {
        lock (gate)
        {
            (cutAfter, cutKind) = (bytes, kind);
        }
    }

    /// <summary>The next frame of the server for which <paramref name="frame"/> is true passes up to its byte <paramref name="offset"/>; then the connection is cut.</summary>
    public void CutInside(Func<string, bool> frame, int offset, CutKind kind)
    {
        lock (gate)
        {
            (cutInside, cutKind) = ((frame, offset), kind);
        }
    }

    /// <summary>True so often as the share says, by the proxy's seed.</summary>
    public bool Chance(double share)
    {
        lock (gate)
        {
            return random.NextDouble() < share;
        }
    }

    internal TimeSpan NextDelay()
    {
        var jitter = Jitter;
        if (jitter == TimeSpan.Zero)
        {
            return Delay;
        }

        lock (gate)
        {
            return Delay + (jitter * random.NextDouble());
        }
    }

    internal Task PassAsync()
    {
        lock (gate)
        {
            return stall?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>How many of these bytes may pass; and how the connection is cut after them, if it is.</summary>
    internal (int Count, CutKind? Cut) Admit(Piece piece)
    {
        lock (gate)
        {
            if (cutInside is { } inside && piece.Text is { } text && inside.Frame(text))
            {
                cutInside = null;
                return (Math.Min(inside.Offset, piece.Bytes.Length), cutKind);
            }

            if (cutAfter < 0)
            {
                return (piece.Bytes.Length, null);
            }

            if (piece.Bytes.Length <= cutAfter)
            {
                cutAfter -= piece.Bytes.Length;
                return (piece.Bytes.Length, null);
            }

            var count = (int)cutAfter;
            cutAfter = -1;
            return (count, cutKind);
        }
    }
}

/// <summary>Bytes that pass together: what was read at once, or one frame of the server.</summary>
/// <param name="Bytes">As they are on the wire.</param>
/// <param name="Text">The text of a whole text frame of the server; null for anything else.</param>
internal sealed record Piece(byte[] Bytes, string? Text);
