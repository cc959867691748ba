using System.Threading.Channels;

namespace FastChat.Faults.Clients;

/// <summary>Fetches what did not come live (CL1, CL3): all chats after a reconnect, one chat after a jump in its revisions.</summary>
internal sealed class CatchUp(ServerApi api, Account account, ChatCopies copies, Lock gate, Func<PausePoint, Task> pause)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    private readonly Channel<string> gaps = Channel.CreateUnbounded<string>();
    private readonly HashSet<string> asked = [];
    private readonly Queue<Span> unfilled = new();
    private string? epoch;
    private bool isBusy = true;

    /// <summary>Since the last reconnect everything was fetched that is known to be missing.</summary>
    public bool IsDone
    {
        get
        {
            lock (gate)
            {
                return !isBusy && asked.Count == 0;
            }
        }
    }

    /// <summary>A frame has shown that something before it is missing. Called under the lock.</summary>
    public void GapSeen(string chatId)
    {
        if (asked.Add(chatId))
        {
            gaps.Writer.TryWrite(chatId);
        }
    }

    /// <summary>The epoch of the history that a new connection speaks of: another one voids all that is here. Called under the lock.</summary>
    public void Connected(string epochNow)
    {
        if (epoch is not null && epoch != epochNow)
        {
            copies.Reset();
            unfilled.Clear();
        }

        epoch = epochNow;
        isBusy = true;
    }

    /// <summary>Catches up with everything, then with each gap that is seen, until the connection ends.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await RetryAsync(SyncAsync, cancellation);
        while (true)
        {
            SetBusy(false);
            var chatId = await gaps.Reader.ReadAsync(cancellation);
            SetBusy(true);
            await RetryAsync(stop => FetchChangesAsync(chatId, stop), cancellation);
        }
    }

    /// <summary>What the last connection had not fetched is part of the next one's catch-up.</summary>
    public void Disconnected()
    {
        lock (gate)
        {
            while (gaps.Reader.TryRead(out _))
            {
            }

            asked.Clear();
            isBusy = true;
        }
    }

    private async Task SyncAsync(CancellationToken cancellation)
    {
        await pause(PausePoint.BeforeSync);
        for (string? cursor = null; ;)
        {
            object question;
            lock (gate)
            {
                question = new { epoch, revs = copies.Revs, cursor };
            }

            var answer = await api.PostAsync<SyncAnswer>("/api/sync", account.AccessToken, question, cancellation);
            await pause(PausePoint.BeforeSyncApplied);
            Apply(answer);
            await pause(PausePoint.AfterSyncPage);
            if (!answer.More)
            {
                await FillInAsync(cancellation);
                return;
            }

            cursor = answer.NextCursor;
        }
    }

    private void Apply(SyncAnswer answer)
    {
        lock (gate)
        {
            if (answer.Reset)
            {
                copies.Reset();
                unfilled.Clear();
            }

            epoch = answer.Epoch;
            foreach (var entry in answer.Chats)
            {
                if (entry.Complete)
                {
                    copies.ApplyChanges(entry.Chat.ChatId, entry.Messages, entry.Chat.Rev);
                }
                else if (copies.ApplyLatest(entry) is var (after, before) && after + 1 < before)
                {
                    unfilled.Enqueue(new Span(entry.Chat.ChatId, after, before));
                }
            }
        }
    }

    /// <summary>Reads the history backwards, as a user does who scrolls up, to what was here before. What is left undone waits for the next connection.</summary>
    private async Task FillInAsync(CancellationToken cancellation)
    {
        while (unfilled.TryPeek(out var span))
        {
            var path = $"/api/chats/{span.ChatId}/messages?before={span.Before}&limit=200";
            var page = await api.GetAsync<HistoryAnswer>(path, account.AccessToken, cancellation);
            lock (gate)
            {
                copies.FillIn(page.Messages.Where(message => message.Seq > span.After));
                span.Before = page.Messages.Count == 0 ? 0 : page.Messages[0].Seq;
                if (span.Before <= span.After + 1)
                {
                    unfilled.Dequeue();
                }
            }
        }
    }

    private async Task FetchChangesAsync(string chatId, CancellationToken cancellation)
    {
        await pause(PausePoint.BeforeChanges);
        ChangesAnswer answer;
        do
        {
            long after;
            lock (gate)
            {
                // From now on a new gap is a new question: the answer to this one may not have what it misses.
                asked.Remove(chatId);
                after = copies.RevOf(chatId);
            }

            answer = await api.GetAsync<ChangesAnswer>($"/api/chats/{chatId}/changes?after={after}&limit=200", account.AccessToken, cancellation);
            await pause(PausePoint.BeforeChangesApplied);
            lock (gate)
            {
                copies.ApplyChanges(chatId, answer.Messages, answer.Rev);
            }
        }
        while (answer.More);
    }

    /// <summary>Gets a new access token; a refusal of that is an end, and thrown.</summary>
    public async Task RenewAsync(string rejected, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await account.RenewAsync(api, rejected, cancellation);
                return;
            }
            catch (ApiException fault) when (fault.IsPassing)
            {
                await Task.Delay(RetryAfter, cancellation);
            }
        }
    }

    /// <summary>Tries until it succeeds or the connection ends; renews the access token when it has run out.</summary>
    private async Task RetryAsync(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        while (true)
        {
            var token = account.AccessToken;
            try
            {
                await work(cancellation);
                return;
            }
            catch (ApiException fault) when (fault.Status == 401)
            {
                await RenewAsync(token, cancellation);
            }
            catch (ApiException fault) when (fault.IsPassing)
            {
                await Task.Delay(RetryAfter, cancellation);
            }
        }
    }

    private void SetBusy(bool busy)
    {
        lock (gate)
        {
            isBusy = busy;
        }
    }

    /// <summary>A part of a chat's history that is not here yet: the places between two.</summary>
    private sealed class Span(string chatId, long after, long before)
    {
        public string ChatId { get; } = chatId;

        public long After { get; } = after;

        public long Before { get; set; } = before;
    }
}
