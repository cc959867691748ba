using FastChat.Protocol;
using FastChat.Server.Cluster;

namespace FastChat.Server.Chats;

/// <summary>Moves the positions up to which a member has read, or has been delivered, a chat (CH8).</summary>
public sealed class AdvancePosition(IMessageLog log, IBackplane backplane)
{
    private static readonly Refusal Overloaded =
        new(ErrorCode.Unavailable, "Too much is waiting to be stored.", TimeSpan.FromSeconds(1));

    /// <summary>
    /// Asks for a move. Only a refusal is answered, by <paramref name="refused"/>; a move is announced to all members'
    /// connections but the one that asked.
    /// </summary>
    public void Advance(Guid userId, AdvanceFrame frame, Guid connectionId, Action<Refusal> refused)
    {
        if (!log.Enqueue(new Advancing(backplane, userId, frame, connectionId, refused)))
        {
            refused(Overloaded);
        }
    }

    private sealed class Advancing(IBackplane backplane, Guid userId, AdvanceFrame frame, Guid connectionId, Action<Refusal> refused)
        : AdvanceRequest(userId, frame.ChatId, frame.IsRead, frame.Seq)
    {
        public override void Complete()
        {
            if (Refusal is { } refusal)
            {
                refused(refusal);
            }
            else if (Moved is { } moved)
            {
                var announcement = new PositionFrame(IsRead ? "READ" : "DELIVERED", ChatId, UserId, moved.Seq);
                backplane.Publish(new FrameHint(moved.Members, FrameWriter.Encode(announcement), connectionId)
                {
                    Key = new MergeKey(announcement.Type, ChatId, UserId),
                });
            }
        }
    }
}
