namespace FastChat.Server.Blocks;

/// <summary>When users were last here, so that what a block needs of it can be asked without seeing presence.</summary>
public interface ILastSeen
{
    /// <summary>When a user was last here: now, if they are; null if there is no such user.</summary>
    /// <exception cref="Storage.DatabaseUnavailableException">The database can't be reached.</exception>
    Task<DateTimeOffset?> LastSeenAsync(Guid userId, CancellationToken cancellationToken);
}
