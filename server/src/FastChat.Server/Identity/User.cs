using FastChat.Protocol;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Identity;

/// <summary>A person or a bot.</summary>
public sealed class User
{
    /// <summary>The <see cref="Kind"/> of somebody without an account.</summary>
    public const string Guest = "guest";

    public required Guid UserId { get; init; }

    /// <summary>What others see; passed <see cref="Identity.DisplayName"/>.</summary>
    public required string DisplayName { get; set; }

    /// <summary><c>guest</c>, <c>member</c> or <c>bot</c>.</summary>
    public required string Kind { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the user was last online.</summary>
    public required DateTimeOffset LastSeen { get; set; }

    /// <summary>The user as the contract writes it.</summary>
    public UserBody ToBody() => new(UserId, DisplayName, Kind);
}

/// <summary>Table <c>users</c>.</summary>
internal sealed class UserTable : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users").HasKey(user => user.UserId);
        builder.Property(user => user.UserId).HasColumnName("user_id").ValueGeneratedNever();
        builder.Property(user => user.DisplayName).HasColumnName("display_name");
        builder.Property(user => user.Kind).HasColumnName("kind");
        builder.Property(user => user.CreatedAt).HasColumnName("created_at");
        builder.Property(user => user.LastSeen).HasColumnName("last_seen");
    }
}
