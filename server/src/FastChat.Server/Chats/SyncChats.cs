using System.Text.Json;
using FastChat.Protocol;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Chats;

/// <summary>What a client asks when it catches up.</summary>
/// <param name="Epoch">The history from which its cache is; null if it has none.</param>
/// <param name="Revs">Per chat, the revision up to which it has everything.</param>
/// <param name="After">Where the last answer ended; null at first.</param>
public sealed record SyncQuestion(string? Epoch, IReadOnlyDictionary<Guid, long> Revs, ChatCursor? After);

/// <summary>Catch-up (CL3): the chat list, and of each chat what its client has not seen, within bounds.</summary>
public sealed class SyncChats(IDatabase database, Epoch epoch)
{
    /// <summary>The most chats in an answer.</summary>
    private const int MostChats = 200;

    /// <summary>The most changes of a chat; where there are more, its latest page comes instead.</summary>
    private const int MostChanges = 200;

    /// <summary>The most messages in an answer.</summary>
    private const int MostMessages = 1_000;

    /// <summary>The most bytes of an answer: 1 MiB, less what stands around the chats.</summary>
    private const int MostBytes = (1024 * 1024) - 4096;

    /// <summary>Answers one page of a catch-up.</summary>
    public Task<SyncBody> SyncAsync(Guid userId, SyncQuestion question, CancellationToken cancellationToken)
    {
        var reset = question.Epoch is not null && question.Epoch != epoch.Value;
        var known = reset || question.Epoch is null ? new Dictionary<Guid, long>() : question.Revs;
        return database.ReadAsync(
            async (db, ct) =>
            {
                var (chats, last) = await TakeAsync(db, userId, known, question.After, ct);
                var left = last is { } end && await AnyChangedAsync(db, userId, known, end, ct);
                var removed = question.After is null ? await RemovedAsync(db, userId, question.Revs.Keys, ct) : [];
                return new SyncBody(epoch.Value, reset, chats, removed, left, left ? last!.Value.ToString() : null);
            },
            cancellationToken);
    }

    /// <summary>The next chats that fit; and the place of the last of them, if any chat comes after it.</summary>
    private static async Task<(List<SyncedChat> Chats, ChatCursor? Last)> TakeAsync(
        FastChatDbContext db, Guid userId, IReadOnlyDictionary<Guid, long> known, ChatCursor? after, CancellationToken cancellationToken)
    {
        var (page, next) = await ChatQueries.PageAsync(db, userId, MostChats, after, cancellationToken);
        var bodies = await ChatQueries.DescribeAsync(db, page, userId, cancellationToken);
        var taken = new List<SyncedChat>();
        var (messages, bytes) = (0, 0);
        foreach (var body in bodies)
        {
            var chat = await CatchUpAsync(db, body, userId, known.GetValueOrDefault(body.Body.ChatId), cancellationToken);
            var size = SizeOf(chat);
            var isOver = messages + chat.Messages.Count > MostMessages || bytes + size > MostBytes;
            if (isOver && taken.Count > 0)
            {
                var end = taken[^1].Chat;
                return (taken, new ChatCursor(end.UpdatedAt, end.ChatId));
            }

            taken.Add(isOver ? Shorten(chat) : chat);
            messages += chat.Messages.Count;
            bytes += size;
        }

        return (taken, next);
    }

    private static async Task<SyncedChat> CatchUpAsync(
        FastChatDbContext db, OwnChat own, Guid userId, long rev, CancellationToken cancellationToken)
    {
        var chat = own.Body;
        if (chat.Rev == rev)
        {
            return new SyncedChat(chat, [], Complete: true);
        }

        Task<List<MessageBody>> ShowAsync(List<ChatMessage> messages) =>
            HiddenMessages.ShowAsync(db, messages, userId, own.HiddenSeq, cancellationToken);

        if (chat.Rev > rev)
        {
            var changes = await ChatQueries.Changes(db, chat.ChatId, rev, chat.Rev).Take(MostChanges + 1).ToListAsync(cancellationToken);
            if (changes.Count <= MostChanges)
            {
                return new SyncedChat(chat, await ShowAsync(changes), Complete: true);
            }
        }

        var latest = await db.Set<ChatMessage>()
            .Where(message => message.ChatId == chat.ChatId)
            .OrderByDescending(message => message.Seq)
            .Take(ChatOptions.Page)
            .ToListAsync(cancellationToken);
        latest.Reverse();
        return new SyncedChat(chat, await ShowAsync(latest), Complete: false);
    }

    /// <summary>One chat that is too large for an answer by itself: as many of its latest messages as fit.</summary>
    private static SyncedChat Shorten(SyncedChat chat)
    {
        var latest = chat.Messages.OrderBy(message => message.Seq).ToList();
        var shorter = chat;
        while (SizeOf(shorter) > MostBytes)
        {
            latest.RemoveRange(0, (latest.Count + 1) / 2);
            shorter = new SyncedChat(chat.Chat, latest, Complete: false);
        }

        return shorter;
    }

    private static int SizeOf(SyncedChat chat) => JsonSerializer.SerializeToUtf8Bytes(chat, ChatJsonContext.Default.SyncedChat).Length;

    private static async Task<bool> AnyChangedAsync(
        FastChatDbContext db, Guid userId, IReadOnlyDictionary<Guid, long> known, ChatCursor after, CancellationToken cancellationToken)
    {
        var cursor = (ChatCursor?)after;
        while (cursor is not null)
        {
            var (chats, next) = await ChatQueries.PageAsync(db, userId, 1_000, cursor, cancellationToken);
            if (chats.Exists(chat => chat.Rev > known.GetValueOrDefault(chat.ChatId)))
            {
                return true;
            }

            cursor = next;
        }

        return false;
    }

    private static async Task<List<Guid>> RemovedAsync(
        FastChatDbContext db, Guid userId, IEnumerable<Guid> asked, CancellationToken cancellationToken)
    {
        var own = await db.Set<ChatMember>().Where(member => member.UserId == userId).Select(member => member.ChatId).ToListAsync(cancellationToken);
        return [.. asked.Except(own)];
    }
}
