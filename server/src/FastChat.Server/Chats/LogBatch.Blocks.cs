using System.Runtime.InteropServices;
using FastChat.Protocol;
using FastChat.Server.Blocks;
using FastChat.Server.Storage;

namespace FastChat.Server.Chats;

/// <summary>Blocks, and what follows from them for the messages after them.</summary>
internal sealed partial class LogBatch
{
    /// <summary>Hides the chat's last message from some; to whom of them the chat is new and who has not opened it, it stays unknown.</summary>
    private void Hide(AppendRequest request, ChatHead head, Guid[] hiddenFrom, Guid[] newTo)
    {
        var told = new List<Guid>(hiddenFrom.Length);
        foreach (var userId in hiddenFrom)
        {
            ref var member = ref CollectionsMarshal.AsSpan(head.Members)[head.IndexOf(userId)];
            member.Hide(head.LastSeq);
            rows.Hide(head.ChatId, userId, member.HiddenFrom, member.HiddenSeq);
            if (member.Opened || !newTo.Contains(userId))
            {
                told.Add(userId);
            }
        }

        request.Stored = request.Stored! with
        {
            Members = [.. head.UserIds.Except(hiddenFrom)],
            HiddenFrom = told,
            NewTo = [.. newTo.Except(hiddenFrom)],
        };
    }

    private void Block(BlockRequest request)
    {
        var (userId, otherId) = (request.UserId, request.OtherId);
        var known = rows.FindBlock(userId, otherId);
        if (!request.IsBlocked)
        {
            Unblock(request, known is not null);
            return;
        }

        if (rows.NameOf(userId) is null || rows.NameOf(otherId) is not { } name)
        {
            request.Refuse(ChatQueries.UserNotFound);
            return;
        }

        if (known is null && rows.CountBlocks(userId) >= UserBlock.Most)
        {
            request.Refuse(new Refusal(ErrorCode.Forbidden, $"You can block at most {UserBlock.Most} people."));
            return;
        }

        var at = known ?? Now();
        request.Stored = new StoredBlock(name, StoredTime.From(at));
        request.Changed = known is null;
        if (known is not null)
        {
            return;
        }

        rows.InsertBlock(userId, otherId, at, Math.Min(request.LastSeen.ToUnixTimeMilliseconds(), at));
        if (FindDirect(userId, otherId) is { } head)
        {
            head.SetBlock(userId, otherId, isBlocked: true);
            var member = head.Members[head.IndexOf(userId)];
            rows.Hold(head.ChatId, userId, otherId, member.DeliveredSeq, member.ReadSeq);
        }
    }

    private void Unblock(BlockRequest request, bool isKnown)
    {
        if (!isKnown)
        {
            request.Refuse(new Refusal(ErrorCode.NotFound, "You have not blocked this user."));
            return;
        }

        rows.DeleteBlock(request.UserId, request.OtherId);
        FindDirect(request.UserId, request.OtherId)?.SetBlock(request.UserId, request.OtherId, isBlocked: false);
        request.Changed = true;
    }
}
