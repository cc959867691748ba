using FastChat.Faults.Audit;

namespace FastChat.Faults.Clients;

/// <summary>
/// What a client has of each chat: everything up to a revision (CL1). It tells the recorder what the user sees. Not safe for many threads.
/// </summary>
internal sealed class ChatCopies(string userId, DeliveryRecorder recorder)
{
    private readonly Dictionary<string, Copy> copies = [];

    /// <summary>The revisions up to which everything is here, as <c>POST /api/sync</c> wants them.</summary>
    public Dictionary<string, long> Revs => copies.ToDictionary(one => one.Key, one => one.Value.Rev);

    /// <summary>The revision up to which everything of a chat is here.</summary>
    public long RevOf(string chatId) => copies.TryGetValue(chatId, out var copy) ? copy.Rev : 0;

    /// <summary>A single message, live or as an own one that was acknowledged; false if something before it is missing.</summary>
    public bool Apply(AuditedMessage message)
    {
        var copy = Of(message.ChatId);
        if (message.Rev > copy.Rev + 1)
        {
            return false;
        }

        if (message.Rev == copy.Rev + 1)
        {
            recorder.Applied(userId, message);
            (copy.Rev, copy.LastSeq) = (message.Rev, Math.Max(copy.LastSeq, message.Seq));
        }

        return true;
    }

    /// <summary>All changes of a chat up to a revision, from what a client had when it asked; what has come since is skipped.</summary>
    public void ApplyChanges(string chatId, IEnumerable<AuditedMessage> messages, long upTo)
    {
        var copy = Of(chatId);
        foreach (var message in messages.Where(message => message.Rev > copy.Rev))
        {
            recorder.Applied(userId, message);
            (copy.Rev, copy.LastSeq) = (message.Rev, Math.Max(copy.LastSeq, message.Seq));
        }

        copy.Rev = Math.Max(copy.Rev, upTo);
    }

    /// <summary>
    /// The latest page of a chat that has changed too much. The answer is the span of places between it and what was here; it
    /// is empty, or has to be filled in from the history. (Nothing is edited in these experiments, so what was here is still good.)
    /// </summary>
    public (long After, long Before) ApplyLatest(SyncedChat latest)
    {
        var copy = Of(latest.Chat.ChatId);
        if (latest.Chat.Rev <= copy.Rev)
        {
            return default;
        }

        var had = copy.LastSeq;
        foreach (var message in latest.Messages.Where(message => message.Seq > had))
        {
            recorder.Applied(userId, message);
        }

        (copy.Rev, copy.LastSeq) = (latest.Chat.Rev, latest.Chat.LastSeq);
        return (had, latest.Messages.Count == 0 ? had : latest.Messages[0].Seq);
    }

    /// <summary>Earlier messages of a chat.</summary>
    public void FillIn(IEnumerable<AuditedMessage> messages)
    {
        foreach (var message in messages)
        {
            recorder.FilledIn(userId, message);
        }
    }

    /// <summary>Another history: all is void.</summary>
    public void Reset()
    {
        foreach (var chatId in copies.Keys)
        {
            recorder.Forgot(userId, chatId);
        }

        copies.Clear();
    }

    /// <summary>Chats of which more has come than the server was told, with the place to tell.</summary>
    public List<(string ChatId, long Seq)> TakeDelivered()
    {
        var due = new List<(string, long)>();
        foreach (var (chatId, copy) in copies)
        {
            if (copy.LastSeq > copy.ToldSeq)
            {
                copy.ToldSeq = copy.LastSeq;
                due.Add((chatId, copy.LastSeq));
            }
        }

        return due;
    }

    private Copy Of(string chatId)
    {
        if (!copies.TryGetValue(chatId, out var copy))
        {
            copies.Add(chatId, copy = new Copy());
        }

        return copy;
    }

    private sealed class Copy
    {
        public long Rev { get; set; }

        public long LastSeq { get; set; }

        /// <summary>The place up to which the server was told that all was delivered.</summary>
        public long ToldSeq { get; set; }
    }
}
