using FastChat.Server.Cluster;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>What users say about themselves.</summary>
public sealed class Profiles(IDatabase database, IBackplane backplane)
{
    /// <summary>A user has a new name, given at this node.</summary>
    public event Action<Guid>? Renamed;

    /// <summary>A user, or null if there is none with this id.</summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be reached.</exception>
    public Task<User?> FindAsync(Guid userId, CancellationToken cancellationToken) => database.ReadAsync(
        (context, cancellation) => context.Set<User>().FirstOrDefaultAsync(user => user.UserId == userId, cancellation),
        cancellationToken);

    /// <summary>Renames a user and lets all know who see them (PR7); null if there is none with this id.</summary>
    /// <exception cref="DatabaseUnavailableException">It is not known whether the new name was stored.</exception>
    public async Task<User?> RenameAsync(Guid userId, DisplayName name, CancellationToken cancellationToken)
    {
        var (renamed, changed) = await database.WriteAsync(
            async (context, cancellation) =>
            {
                var user = await context.Set<User>().AsTracking().FirstOrDefaultAsync(candidate => candidate.UserId == userId, cancellation);
                var isChange = user is not null && user.DisplayName != name.Value;
                if (isChange)
                {
                    user!.DisplayName = name.Value;
                    await context.SaveChangesAsync(cancellation);
                }

                return (user, isChange);
            },
            cancellationToken);
        if (changed)
        {
            backplane.Publish(new UserRenamedHint(userId, name.Value));
            Renamed?.Invoke(userId);
        }

        return renamed;
    }
}
