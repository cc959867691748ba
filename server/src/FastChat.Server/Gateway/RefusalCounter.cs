namespace FastChat.Server.Gateway;

/// <summary>Counts refusals on a connection: who goes on after 100 within 10 s is closed with 4004.</summary>
internal sealed class RefusalCounter(TimeProvider time)
{
    private const int Most = 100;

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private Queue<long>? recent;

    /// <summary>Counts one; true if it was one too many.</summary>
    public bool Add()
    {
        recent ??= new Queue<long>();
        recent.Enqueue(time.GetTimestamp());
        if (recent.Count < Most)
        {
            return false;
        }

        return time.GetElapsedTime(recent.Dequeue()) <= Within;
    }
}
