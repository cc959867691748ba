namespace FastChat.Server.Cluster;

/// <summary>What a node has written of its users' presence, for the other nodes.</summary>
/// <param name="NodeId">The node that wrote it.</param>
/// <param name="Version">The node's count of such writes, this one included. Who has not the one before reads the database.</param>
/// <param name="Entries">The users whose state changed; null if they are too many for a hint, and are to be read.</param>
public sealed record PresenceHint(Guid NodeId, long Version, IReadOnlyList<PresenceEntry>? Entries) : Hint
{
    /// <summary>The most entries of a hint: with them it takes less than 8,000 bytes.</summary>
    public const int MostEntries = 40;
}

/// <summary>How a user is at one node.</summary>
/// <param name="UserId">The user.</param>
/// <param name="DisplayName">The user's name; empty if the node does not know it, which it does of everyone who is there.</param>
/// <param name="State">Whether the user is there.</param>
/// <param name="LastSeen">When that was; of one who has gone, when they went.</param>
/// <param name="IsRenamed">The name is new.</param>
public sealed record PresenceEntry(Guid UserId, string DisplayName, PresenceState State, DateTimeOffset LastSeen, bool IsRenamed = false);

/// <summary>Whether a user is at a node; the numbers go over the bus.</summary>
public enum PresenceState
{
    Gone = 0,

    Online = 1,

    Away = 2,
}
