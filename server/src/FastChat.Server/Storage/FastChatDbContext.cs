using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Storage;

/// <summary>
/// The model of the database. Each folder brings the tables it owns as <c>IEntityTypeConfiguration</c> classes, which are
/// found here by type; so this folder knows none of them. Providers derive from it to say how ids and times are kept.
/// </summary>
public abstract class FastChatDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>
    /// Waits until no other transaction, on this node or another, holds the lock of this id, and holds it to the end of this one.
    /// What is read afterwards is what they left. A change that reads and then writes what follows from it needs that.
    /// </summary>
    public abstract Task LockAsync(Guid id, CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(FastChatDbContext).Assembly);
}
