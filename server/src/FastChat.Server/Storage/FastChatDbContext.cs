using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Storage;

/// <summary>
/// The model of the database. Each folder brings the tables it owns as <c>IEntityTypeConfiguration</c> classes, which are
/// found here by type; so this folder knows none of them. Providers derive from it to say how ids and times are kept.
/// </summary>
public abstract class FastChatDbContext(DbContextOptions options) : DbContext(options)
{
    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(FastChatDbContext).Assembly);
}
