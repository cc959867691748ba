using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Identity;

/// <summary>One signed-in browser profile, device or program of a user.</summary>
public sealed class Session
{
    public required Guid SessionId { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>What the client calls itself, up to <see cref="ClientName.MaxLength"/> characters; may be empty.</summary>
    public required string Client { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last <c>HELLO</c> or refresh, exact to about a minute.</summary>
    public required DateTimeOffset LastSeen { get; set; }

    /// <summary>Set once and for ever; null while the session is good.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Table <c>user_sessions</c>.</summary>
internal sealed class SessionTable : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("user_sessions").HasKey(session => session.SessionId);
        builder.Property(session => session.SessionId).HasColumnName("session_id").ValueGeneratedNever();
        builder.Property(session => session.UserId).HasColumnName("user_id");
        builder.Property(session => session.Client).HasColumnName("client");
        builder.Property(session => session.CreatedAt).HasColumnName("created_at");
        builder.Property(session => session.LastSeen).HasColumnName("last_seen");
        builder.Property(session => session.RevokedAt).HasColumnName("revoked_at");
        builder.HasOne<User>().WithMany().HasForeignKey(session => session.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(session => session.UserId).HasDatabaseName("ix_user_sessions_user_id");
        builder.HasIndex(session => session.RevokedAt).HasDatabaseName("ix_user_sessions_revoked_at").HasFilter("revoked_at IS NOT NULL");
    }
}

/// <summary>What a client calls itself, as it is stored.</summary>
internal static class ClientName
{
    /// <summary>Characters that are kept of it.</summary>
    public const int MaxLength = 256;

    /// <summary>Cuts a name to what is kept, without controls.</summary>
    public static string Cut(string? client)
    {
        var visible = string.Concat((client ?? string.Empty).Where(character => !char.IsControl(character)).Take(MaxLength));
        return visible.Length > 0 && char.IsHighSurrogate(visible[^1]) ? visible[..^1] : visible;
    }
}
