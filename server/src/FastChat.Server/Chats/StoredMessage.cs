using FastChat.Protocol;
using FastChat.Server.Cluster;

namespace FastChat.Server.Chats;

/// <summary>A message at its place.</summary>
/// <param name="Message">The message; of a duplicate, as it was first stored, its content left out of account.</param>
/// <param name="Members">Who is to hear of it.</param>
/// <param name="Duplicate">It was stored before.</param>
/// <param name="Before">If it is the first that somebody is shown of its chat: the chat before its first message.</param>
public sealed record StoredMessage(MessageFrame Message, IReadOnlyList<Guid> Members, bool Duplicate, ChatBody? Before)
{
    /// <summary>Members from whom it is hidden, and who are to hear only that there is a message.</summary>
    public IReadOnlyList<Guid> HiddenFrom { get; init; } = [];

    /// <summary>Those of <see cref="Members"/> to whom its chat is new.</summary>
    public IReadOnlyList<Guid> NewTo { get; init; } = Before is null ? [] : Members;

    /// <summary>What is announced of it: to whom it is new, the chat; then the message, and the hidden one to those from whom it is hidden.</summary>
    /// <param name="connectionId">The connection that sent it, which knows.</param>
    internal MessageHint ToHint(Guid? connectionId)
    {
        var key = new MergeKey("MSG", Message.ChatId, default);
        var message = new FrameHint(Members, FrameWriter.Encode(Message), connectionId) { Key = key };
        if (Before is null && HiddenFrom.Count == 0)
        {
            return new MessageHint(Message.ChatId, Message.Rev, [message]);
        }

        List<FrameHint> frames = [.. Introduce(member => member != Message.SenderId), message];
        if (HiddenFrom.Count > 0)
        {
            frames.Add(new FrameHint(HiddenFrom, FrameWriter.Encode((MessageFrame)Message.ToHidden()), connectionId) { Key = key });
        }

        return new MessageHint(Message.ChatId, Message.Rev, frames);
    }

    /// <summary>Shows the chat to those of the members to whom it is new.</summary>
    internal IEnumerable<FrameHint> Introduce(Func<Guid, bool> isMeant)
    {
        if (Before is { } before && NewTo.Any(isMeant))
        {
            yield return new FrameHint([.. NewTo.Where(isMeant)], FrameWriter.Encode(new ChatOpenedFrame(before, null)), null);
        }
    }
}
