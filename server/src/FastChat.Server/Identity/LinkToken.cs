using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Identity;

/// <summary>A one-time link that takes an identity to another device (ID2); only the hash of its token is stored.</summary>
public sealed class LinkToken
{
    /// <summary>How long a link is good after it was made.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>SHA-256 of the token's text.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>Whose identity it takes along.</summary>
    public required Guid UserId { get; init; }

    /// <summary>The session that made it; a link ends with that session.</summary>
    public required Guid SessionId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was used; null until then.</summary>
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>Table <c>link_tokens</c>.</summary>
internal sealed class LinkTokenTable : IEntityTypeConfiguration<LinkToken>
{
    public void Configure(EntityTypeBuilder<LinkToken> builder)
    {
        builder.ToTable("link_tokens").HasKey(link => link.TokenHash);
        builder.Property(link => link.TokenHash).HasColumnName("token_hash").ValueGeneratedNever();
        builder.Property(link => link.UserId).HasColumnName("user_id");
        builder.Property(link => link.SessionId).HasColumnName("session_id");
        builder.Property(link => link.CreatedAt).HasColumnName("created_at");
        builder.Property(link => link.UsedAt).HasColumnName("used_at");
        builder.HasOne<User>().WithMany().HasForeignKey(link => link.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<Session>().WithMany().HasForeignKey(link => link.SessionId).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(link => link.UserId).HasDatabaseName("ix_link_tokens_user_id");
        builder.HasIndex(link => link.CreatedAt).HasDatabaseName("ix_link_tokens_created_at");
    }
}
