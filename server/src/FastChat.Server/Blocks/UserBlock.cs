using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Blocks;

/// <summary>A user has blocked another. Written by the message log, so that each message comes before or after it.</summary>
public sealed class UserBlock
{
    /// <summary>The most users that one user can block.</summary>
    public const int Most = 1_000;

    public required Guid BlockerId { get; init; }

    public required Guid BlockedId { get; init; }

    public required DateTimeOffset BlockedAt { get; init; }

    /// <summary>When the blocker was last here, as the blocked one is told while the block lasts: never after it began.</summary>
    public required DateTimeOffset LastSeen { get; init; }
}

/// <summary>Table <c>user_blocks</c>.</summary>
internal sealed class UserBlockTable : IEntityTypeConfiguration<UserBlock>
{
    public void Configure(EntityTypeBuilder<UserBlock> builder)
    {
        builder.ToTable("user_blocks").HasKey(block => new { block.BlockerId, block.BlockedId });
        builder.Property(block => block.BlockerId).HasColumnName("blocker_id");
        builder.Property(block => block.BlockedId).HasColumnName("blocked_id");
        builder.Property(block => block.BlockedAt).HasColumnName("blocked_at");
        builder.Property(block => block.LastSeen).HasColumnName("last_seen");
    }
}
