using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Identity;

/// <summary>A refresh token, of which only the hash is stored (ID6).</summary>
public sealed class RefreshToken
{
    /// <summary>How long a token is good after it was made; also the lifetime of the cookie.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(400);

    private const int SecretBytes = 32;

    /// <summary>SHA-256 of the token's text.</summary>
    public required byte[] TokenHash { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>0 for the token that came with the session; a successor's is one higher.</summary>
    public required long Generation { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was first presented; null until then.</summary>
    public DateTimeOffset? UsedAt { get; set; }

    /// <summary>A new token: its text, which is handed out and forgotten.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What is stored of a token.</summary>
    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

/// <summary>Table <c>refresh_tokens</c>.</summary>
internal sealed class RefreshTokenTable : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> builder)
    {
        builder.ToTable("refresh_tokens").HasKey(token => token.TokenHash);
        builder.Property(token => token.TokenHash).HasColumnName("token_hash").ValueGeneratedNever();
        builder.Property(token => token.SessionId).HasColumnName("session_id");
        builder.Property(token => token.Generation).HasColumnName("generation");
        builder.Property(token => token.CreatedAt).HasColumnName("created_at");
        builder.Property(token => token.UsedAt).HasColumnName("used_at");
        builder.HasOne<Session>().WithMany().HasForeignKey(token => token.SessionId).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(token => new { token.SessionId, token.Generation })
            .HasDatabaseName("ix_refresh_tokens_session_id_generation");
    }
}
