namespace FastChat.Server.Chats;

/// <summary>A chat's row and its members' positions, counted on in memory. Times are Unix milliseconds.</summary>
internal sealed class ChatHead(Guid chatId, string kind, long lastSeq, long rev, long updatedAt, List<MemberHead> members)
{
    private bool isChanged;
    private Guid[]? userIds;

    public Guid ChatId { get; } = chatId;

    public string Kind { get; } = kind;

    public long LastSeq { get; private set; } = lastSeq;

    public long Rev { get; private set; } = rev;

    public long UpdatedAt { get; private set; } = updatedAt;

    public List<MemberHead> Members { get; } = members;

    public Guid[] UserIds => userIds ??= [.. Members.Select(member => member.UserId)];

    /// <summary>Adds a member while the chat is being read.</summary>
    public void AddMember(MemberHead member)
    {
        Members.Add(member);
        userIds = null;
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

/// <summary>A member's positions.</summary>
internal struct MemberHead(Guid userId, long deliveredSeq, long readSeq)
{
    private bool isChanged;

    public Guid UserId { get; } = userId;

    public long DeliveredSeq { get; private set; } = deliveredSeq;

    public long ReadSeq { get; private set; } = readSeq;

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

    /// <summary>True if the row is to be written; from then on it counts as written.</summary>
    public bool TakeIsChanged()
    {
        var taken = isChanged;
        isChanged = false;
        return taken;
    }
}

/// <summary>A message that was stored before under the same id.</summary>
internal sealed record KnownMessage(
    Guid ChatId, long Seq, long Rev, string Content, byte[] ContentHash, long SentAt, DateTimeOffset? EditedAt, DateTimeOffset? DeletedAt);
