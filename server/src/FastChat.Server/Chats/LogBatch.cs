using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FastChat.Protocol;
using FastChat.Server.Storage;

namespace FastChat.Server.Chats;

/// <summary>
/// One transaction's work on the chats it touches, the same on every database: <c>seq</c>, <c>rev</c> and positions are counted in
/// memory, and what changed is written once at the end.
/// </summary>
internal sealed partial class LogBatch(IChatRows rows, TimeProvider time)
{
    private readonly HashSet<ChatHead> touched = [];

    /// <summary>The chats whose rows, or whose members' rows, may have changed.</summary>
    public IReadOnlyCollection<ChatHead> Touched => touched;

    /// <summary>Applies one request; its result or refusal is set on it, whatever an earlier try has left there.</summary>
    public void Apply(LogRequest request)
    {
        request.Reset();
        switch (request)
        {
            case AppendRequest append:
                Append(append);
                break;
            case AdvanceRequest advance:
                Advance(advance);
                break;
            case OpenRequest open:
                Open(open);
                break;
            case BlockRequest block:
                Block(block);
                break;
            default:
                throw new ArgumentException($"the log knows no {request.GetType().Name}", nameof(request));
        }
    }

    private void Append(AppendRequest request)
    {
        var draft = request.Draft;
        var head = draft.ChatId is { } chatId ? Load(chatId) : FindDirect(draft.SenderId, draft.To!.Value);
        if (draft.ChatId is not null && head?.IndexOf(draft.SenderId) is null or < 0)
        {
            request.Refuse(ChatQueries.NotFound);
            return;
        }

        if (head is null && !BothExist(draft.SenderId, draft.To!.Value))
        {
            request.Refuse(ChatQueries.UserNotFound);
            return;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(draft.Content));
        if (rows.FindKnown(draft.SenderId, draft.MessageId) is { } known)
        {
            Repeat(request, head, known, hash);
            return;
        }

        Store(request, head ?? Create(draft.SenderId, draft.To!.Value), hash);
    }

    private void Store(AppendRequest request, ChatHead head, byte[] hash)
    {
        var draft = request.Draft;
        var now = Now();
        var hiddenFrom = head.BlockersOf(draft.SenderId);
        var newTo = NewTo(head);
        var before = newTo.Except(hiddenFrom).Any() ? Describe(head) : null;
        head.Add(now);
        var message = new MessageFrame
        {
            ChatId = head.ChatId,
            MessageId = draft.MessageId,
            Seq = head.LastSeq,
            Rev = head.Rev,
            SenderId = draft.SenderId,
            Content = draft.Content,
            SentAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
        };
        rows.InsertMessage(message, now, hash);
        ref var sender = ref CollectionsMarshal.AsSpan(head.Members)[head.IndexOf(draft.SenderId)];
        sender.Advance(isRead: true, head.LastSeq);
        request.Stored = new StoredMessage(message, head.UserIds, Duplicate: false, before) { NewTo = newTo };
        foreach (var blocked in head.BlockedBy(draft.SenderId))
        {
            // Who sends has read, and whoever gets the message knows.
            rows.Hold(head.ChatId, draft.SenderId, blocked, head.LastSeq, head.LastSeq);
        }

        if (hiddenFrom.Length > 0)
        {
            Hide(request, head, hiddenFrom, newTo);
        }
    }

    /// <summary>The members who have not been shown any of the chat's messages; none, mostly.</summary>
    private static Guid[] NewTo(ChatHead head)
    {
        List<Guid>? found = null;
        foreach (ref readonly var member in CollectionsMarshal.AsSpan(head.Members))
        {
            if (head.IsNewTo(in member))
            {
                (found ??= []).Add(member.UserId);
            }
        }

        return found is null ? [] : [.. found];
    }

    private static void Repeat(AppendRequest request, ChatHead? head, KnownMessage known, byte[] hash)
    {
        if (head?.ChatId != known.ChatId || !hash.AsSpan().SequenceEqual(known.ContentHash))
        {
            request.Refuse(new Refusal(ErrorCode.Conflict, "`message_id` was used before, for another chat or content.") { Member = "message_id" });
            return;
        }

        var draft = request.Draft;
        var message = new MessageFrame
        {
            ChatId = known.ChatId,
            MessageId = draft.MessageId,
            Seq = known.Seq,
            Rev = known.Rev,
            SenderId = draft.SenderId,
            Content = known.Content,
            SentAt = StoredTime.From(known.SentAt),
            EditedAt = known.EditedAt,
            DeletedAt = known.DeletedAt,
        };
        request.Stored = new StoredMessage(message, head.UserIds, Duplicate: true, Before: null);
    }

    private void Advance(AdvanceRequest request)
    {
        var head = Load(request.ChatId);
        var index = head?.IndexOf(request.UserId) ?? -1;
        if (head is null || index < 0)
        {
            request.Refuse(ChatQueries.NotFound);
            return;
        }

        ref var member = ref CollectionsMarshal.AsSpan(head.Members)[index];
        var seq = Math.Min(request.Seq, head.LastSeq);
        if (seq <= member.HiddenSeq)
        {
            // What is hidden is not read by reading it, only by reading what comes after it.
            seq = seq >= member.HiddenFrom ? member.HiddenFrom - 1 : rows.LastShown(head.ChatId, request.UserId, seq);
        }

        if (member.Advance(request.IsRead, seq))
        {
            var blocked = head.BlockedBy(request.UserId);
            request.Moved = new MovedPosition(seq, blocked.Length == 0 ? head.UserIds : [.. head.UserIds.Except(blocked)]);
        }
    }

    private void Open(OpenRequest request)
    {
        var head = FindDirect(request.UserId, request.OtherId);
        if (head is null && !BothExist(request.UserId, request.OtherId))
        {
            request.Refuse(ChatQueries.UserNotFound);
            return;
        }

        request.Created = head is null;
        head ??= Create(request.UserId, request.OtherId);
        request.ChatId = head.ChatId;
        rows.MarkOpened(head, request.UserId);
        head.MarkOpened(request.UserId);
    }

    /// <summary>The caller too: a token outlives its user if an older database was put in place.</summary>
    private bool BothExist(Guid one, Guid other) => rows.NameOf(one) is not null && rows.NameOf(other) is not null;

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private ChatHead? Load(Guid chatId)
    {
        var head = rows.Find(chatId);
        if (head is not null)
        {
            touched.Add(head);
        }

        return head;
    }

    private ChatHead? FindDirect(Guid one, Guid other) =>
        rows.FindDirect(one, other) is { } chatId ? Load(chatId) : null;

    private ChatHead Create(Guid opener, Guid other)
    {
        var head = rows.CreateDirect(Guid.CreateVersion7(time.GetUtcNow()), opener, other, Now());
        touched.Add(head);
        return head;
    }

    /// <summary>The chat before its first message.</summary>
    private ChatBody Describe(ChatHead head) => new()
    {
        ChatId = head.ChatId,
        Kind = head.Kind,
        Members = head.Members.ConvertAll(m => new MemberBody(m.UserId, rows.NameOf(m.UserId) ?? string.Empty, DeliveredSeq: 0, ReadSeq: 0)),
        LastSeq = 0,
        Rev = 0,
        LastMessage = null,
        Unread = 0,
        UpdatedAt = StoredTime.From(head.UpdatedAt),
    };
}
