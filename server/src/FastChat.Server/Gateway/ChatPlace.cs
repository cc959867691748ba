using FastChat.Server.Cluster;

namespace FastChat.Server.Gateway;

/// <summary>Up to which revision of a chat this node has delivered, and what came too early. Use it with its own lock held.</summary>
internal sealed class ChatPlace(Fanout fanout)
{
    private SortedList<long, MessageHint>? waiting;

    /// <summary>The last revision that was delivered; -1: nothing is known yet.</summary>
    public long Last { get; private set; } = -1;

    /// <summary>Some came too early.</summary>
    public bool IsWaiting => waiting is { Count: > 0 };

    /// <summary>The highest revision that came too early.</summary>
    public long Highest => waiting!.GetKeyAtIndex(waiting.Count - 1);

    /// <summary>When it was last used, the clock's timestamp.</summary>
    public long TouchedAt { get; set; }

    /// <summary>What is missing is being looked up.</summary>
    public bool IsLookedUp { get; set; }

    /// <summary>It was forgotten; whoever still holds it takes the chat's new one.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>All up to a revision counts as delivered, if nothing is known yet.</summary>
    public void Begin(long rev) => Last = Last < 0 ? rev : Last;

    /// <summary>Takes a message: it is delivered, or waits for those before it, or is late and dropped.</summary>
    /// <returns>True if it was news: neither delivered nor passed over yet, nor waiting, be it as a reference only.</returns>
    public bool Add(MessageHint hint)
    {
        // What came before the first of which this node hears was delivered by others, or is found by the clients (CL1).
        Begin(hint.Rev - 1);
        if (!IsWaiting && hint.Rev == Last + 1 && hint.Frames.Count > 0)
        {
            Deliver(hint);
            return true;
        }

        if (hint.Rev <= Last)
        {
            return false;
        }

        waiting ??= [];
        var isKnown = waiting.TryGetValue(hint.Rev, out var known);
        if (known is null || known.Frames.Count == 0)
        {
            waiting[hint.Rev] = hint;
        }

        while (IsWaiting && waiting.GetKeyAtIndex(0) == Last + 1 && waiting.GetValueAtIndex(0).Frames.Count > 0)
        {
            Take();
        }

        return !isKnown;
    }

    /// <summary>Delivers a message whatever is missing before it, unless it is late.</summary>
    /// <returns>True if it was news, as above.</returns>
    public bool Jump(MessageHint hint)
    {
        if (hint.Rev <= Last)
        {
            return false;
        }

        Begin(hint.Rev - 1);
        PassUpTo(hint.Rev - 1);
        Pass(hint.Rev - 1);
        return Add(hint);
    }

    /// <summary>
    /// Delivers all that waits, whatever is missing before and between. Of what only stands in the database nothing was delivered: it is
    /// left to the head check, or to the clients.
    /// </summary>
    public void PassUpTo(long rev)
    {
        while (IsWaiting && waiting!.GetKeyAtIndex(0) <= rev)
        {
            Take();
        }
    }

    /// <summary>What was not delivered up to a revision will not be: the clients see the gap, and fetch it (CL1).</summary>
    private void Pass(long rev)
    {
        if (rev > Last)
        {
            GatewayMetrics.LeftToClients(rev - Last);
            Last = rev;
        }
    }

    private void Take()
    {
        var first = waiting!.GetValueAtIndex(0);
        waiting.RemoveAt(0);
        if (first.Frames.Count > 0)
        {
            Deliver(first);
        }
    }

    private void Deliver(MessageHint hint)
    {
        Pass(hint.Rev - 1);
        Last = hint.Rev;
        fanout.Deliver(hint);
    }
}
