namespace FastChat.Server.Gateway;

/// <summary>
/// Counts refusals on a connection: who goes on after 100 within 10 s is closed with 4004. They come from the read loop, the
/// answers, the watch and typing at the same time.
/// </summary>
internal sealed class RefusalCounter(TimeProvider time)
{
    private const int Most = 100;

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private Queue<long>? recent;

    /// <summary>Counts one; true if it was one too many.</summary>
    public bool Add()
    {
        lock (gate)
        {
            recent ??= new Queue<long>();
            recent.Enqueue(time.GetTimestamp());
            return recent.Count >= Most && time.GetElapsedTime(recent.Dequeue()) <= Within;
        }
    }
}
