using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Identity;

/// <summary>The key that signs access tokens; all nodes share it through the database, so that none has to be configured.</summary>
public sealed class SigningKey
{
    /// <summary>The <c>kid</c> of the tokens that it signed.</summary>
    public required string KeyId { get; init; }

    /// <summary>A P-256 key in PKCS #8.</summary>
    public required byte[] PrivateKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A new key.</summary>
    public static SigningKey Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new SigningKey { KeyId = Guid.NewGuid().ToString("N"), PrivateKey = key.ExportPkcs8PrivateKey(), CreatedAt = now };
    }
}

/// <summary>Table <c>signing_keys</c>.</summary>
internal sealed class SigningKeyTable : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("signing_keys").HasKey(key => key.KeyId);
        builder.Property(key => key.KeyId).HasColumnName("key_id").ValueGeneratedNever();
        builder.Property(key => key.PrivateKey).HasColumnName("private_key");
        builder.Property(key => key.CreatedAt).HasColumnName("created_at");
    }
}
