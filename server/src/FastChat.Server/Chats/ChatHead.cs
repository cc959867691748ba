using System.Runtime.InteropServices;

namespace FastChat.Server.Chats;

/// <summary>A chat's row and its members' positions, counted on in memory. Times are Unix milliseconds.</summary>
internal sealed class ChatHead(Guid chatId, string kind, long lastSeq, long rev, long updatedAt, List<MemberHead> members)
{
    private bool isChanged;
    private Guid[]? userIds;
    private List<(Guid Blocker, Guid Blocked)>? blocks;

    public Guid ChatId { get; } = chatId;

    public string Kind { get; } = kind;

    public long LastSeq { get; private set; } = lastSeq;

    public long Rev { get; private set; } = rev;

    public long UpdatedAt { get; private set; } = updatedAt;

    public List<MemberHead> Members { get; } = members;

    public Guid[] UserIds => userIds ??= [.. Members.Select(member => member.UserId)];

    /// <summary>Whether a user is a member, asked while the chat is being read.</summary>
    public bool HasMember(Guid userId)
    {
        foreach (ref readonly var member in CollectionsMarshal.AsSpan(Members))
        {
            if (member.UserId == userId)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds a member while the chat is being read.</summary>
    public void AddMember(MemberHead member)
    {
        Members.Add(member);
        userIds = null;
    }

    /// <summary>A block that stands, while the chat is being read. Few chats have any, so it costs the others nothing.</summary>
    public void AddBlock(Guid blocker, Guid blocked) => (blocks ??= []).Add((blocker, blocked));

    /// <summary>One member blocks another, or ends that.</summary>
    public void SetBlock(Guid blocker, Guid blocked, bool isBlocked)
    {
        blocks?.Remove((blocker, blocked));
        if (isBlocked)
        {
            AddBlock(blocker, blocked);
        }

        CollectionsMarshal.AsSpan(Members)[IndexOf(blocker)].SetBlocking(BlockedBy(blocker).Length > 0);
    }

    /// <summary>The members who have blocked this one.</summary>
    public Guid[] BlockersOf(Guid userId) =>
        blocks is null or [] ? [] : [.. blocks.Where(block => block.Blocked == userId).Select(block => block.Blocker)];

    /// <summary>The members whom this one has blocked.</summary>
    public Guid[] BlockedBy(Guid userId) =>
        blocks is null or [] ? [] : [.. blocks.Where(block => block.Blocker == userId).Select(block => block.Blocked)];

    /// <summary>A member has been shown no message yet: there is none, or all are hidden from them and they have not opened the chat.</summary>
    public bool IsNewTo(in MemberHead member) => LastSeq == 0 || (member.HiddenFrom == 1 && member.HiddenSeq == LastSeq && !member.Opened);

    /// <summary>A member opens the chat.</summary>
    public void MarkOpened(Guid userId)
    {
        if (IndexOf(userId) is >= 0 and var index)
        {
            CollectionsMarshal.AsSpan(Members)[index].Opened = true;
        }
    }

    /// <summary>Gives out the next <c>seq</c> and <c>rev</c>.</summary>
    public void Add(long now)
    {
        LastSeq++;
        Rev++;
        // A clock that was set back must not move a chat down in the lists.
        UpdatedAt = Math.Max(UpdatedAt, now);
        isChanged = true;
    }

    /// <summary>True if the row is to be written; from then on it counts as written.</summary>
    public bool TakeIsChanged()
    {
        var taken = isChanged;
        isChanged = false;
        return taken;
    }

    /// <summary>Where a user stands among the members, or -1.</summary>
    public int IndexOf(Guid userId) => Array.IndexOf(UserIds, userId);
}

/// <summary>A member's positions, and the last range of messages that are hidden from them (0 and 0: none).</summary>
internal struct MemberHead(Guid userId, long deliveredSeq = 0, long readSeq = 0, long hiddenFrom = 0, long hiddenSeq = 0, bool opened = false, bool blocking = false)
{
    private bool isChanged;
    private bool isBlockChanged;

    public Guid UserId { get; } = userId;

    public long DeliveredSeq { get; private set; } = deliveredSeq;

    public long ReadSeq { get; private set; } = readSeq;

    public long HiddenFrom { get; private set; } = hiddenFrom;

    public long HiddenSeq { get; private set; } = hiddenSeq;

    public bool Opened { get; set; } = opened;

    /// <summary>This member has blocked another one.</summary>
    public bool Blocking { get; private set; } = blocking;

    /// <summary>Moves forward only; reading also delivers. True if the position that was asked for moved.</summary>
    public bool Advance(bool isRead, long seq)
    {
        var moved = seq > (isRead ? ReadSeq : DeliveredSeq);
        if (moved)
        {
            ReadSeq = isRead ? seq : ReadSeq;
            DeliveredSeq = Math.Max(DeliveredSeq, seq);
            isChanged = true;
        }

        return moved;
    }

    /// <summary>The chat's new last message is hidden from this member: it makes the last range longer, or begins one.</summary>
    public void Hide(long seq)
    {
        HiddenFrom = HiddenFrom > 0 && HiddenSeq == seq - 1 ? HiddenFrom : seq;
        HiddenSeq = seq;
        isBlockChanged = true;
    }

    /// <summary>Notes whether this member has blocked another one.</summary>
    public void SetBlocking(bool blocking) => (Blocking, isBlockChanged) = (blocking, true);

    /// <summary>True if the positions are to be written; from then on they count as written.</summary>
    public bool TakeIsChanged()
    {
        var taken = isChanged;
        isChanged = false;
        return taken;
    }

    /// <summary>True if the hidden range and what is blocked are to be written; from then on they count as written.</summary>
    public bool TakeIsBlockChanged()
    {
        var taken = isBlockChanged;
        isBlockChanged = false;
        return taken;
    }
}

/// <summary>A message that was stored before under the same id.</summary>
internal sealed record KnownMessage(
    Guid ChatId, long Seq, long Rev, string Content, byte[] ContentHash, long SentAt, DateTimeOffset? EditedAt, DateTimeOffset? DeletedAt);
