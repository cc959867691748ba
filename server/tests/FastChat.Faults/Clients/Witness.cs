using FastChat.Faults.Audit;

namespace FastChat.Faults.Clients;

/// <summary>Reads at the end of an experiment what the server has, by every way there is, for the audit.</summary>
public static class Witness
{
    /// <summary>
    /// Reads a chat as one of its members: the history page by page, compared with the changes since the beginning and with what a new client
    /// is told by the catch-up.
    /// </summary>
    /// <param name="root">The server.</param>
    /// <param name="reader">A member.</param>
    /// <param name="chatId">The chat.</param>
    /// <param name="members">Who should have seen everything by now.</param>
    /// <exception cref="InvalidOperationException">The ways disagree.</exception>
    public static async Task<AuditedChat> ReadAsync(Uri root, Account reader, string chatId, IReadOnlyList<string> members)
    {
        using var api = new ServerApi(() => root, TimeSpan.FromSeconds(30));
        var chat = await CallAsync(api, reader, token => api.GetAsync<WireChat>($"/api/chats/{chatId}", token, CancellationToken.None));
        var history = await HistoryAsync(api, reader, chatId);
        var changes = await ChangesAsync(api, reader, chatId);
        if (!history.OrderBy(message => message.Rev).SequenceEqual(changes))
        {
            var odd = history.Except(changes).Concat(changes.Except(history)).Take(3);
            throw new InvalidOperationException($"History and changes of chat {chatId} disagree: {string.Join("; ", odd)}");
        }

        var synced = await SyncedAsync(api, reader, chatId);
        if (synced is not null && !history.TakeLast(synced.Messages.Count).SequenceEqual(synced.Messages))
        {
            throw new InvalidOperationException($"History and catch-up of chat {chatId} disagree.");
        }

        return new AuditedChat(chatId, chat.LastSeq, members, history);
    }

    private static async Task<List<AuditedMessage>> HistoryAsync(ServerApi api, Account reader, string chatId)
    {
        var pages = new Stack<List<AuditedMessage>>();
        for (var before = ""; ;)
        {
            var path = $"/api/chats/{chatId}/messages?limit=200{before}";
            var page = await CallAsync(api, reader, token => api.GetAsync<HistoryAnswer>(path, token, CancellationToken.None));
            pages.Push(page.Messages);
            if (!page.More)
            {
                return [.. pages.SelectMany(messages => messages)];
            }

            before = $"&before={page.Messages[0].Seq}";
        }
    }

    private static async Task<List<AuditedMessage>> ChangesAsync(ServerApi api, Account reader, string chatId)
    {
        var all = new List<AuditedMessage>();
        for (var after = 0L; ;)
        {
            var path = $"/api/chats/{chatId}/changes?limit=200&after={after}";
            var page = await CallAsync(api, reader, token => api.GetAsync<ChangesAnswer>(path, token, CancellationToken.None));
            all.AddRange(page.Messages);
            if (!page.More)
            {
                return all;
            }

            after = page.Rev;
        }
    }

    private static async Task<SyncedChat?> SyncedAsync(ServerApi api, Account reader, string chatId)
    {
        var answer = await CallAsync(api, reader, token => api.PostAsync<SyncAnswer>("/api/sync", token, new { }, CancellationToken.None));
        return answer.Chats.Find(entry => entry.Chat.ChatId == chatId);
    }

    private static async Task<T> CallAsync<T>(ServerApi api, Account reader, Func<string, Task<T>> call)
    {
        try
        {
            return await call(reader.AccessToken);
        }
        catch (ApiException fault) when (fault.Status == 401)
        {
            await reader.RenewAsync(api, reader.AccessToken, CancellationToken.None);
            return await call(reader.AccessToken);
        }
    }
}
