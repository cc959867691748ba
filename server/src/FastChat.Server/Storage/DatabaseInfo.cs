using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Storage;

/// <summary>What the database says of itself.</summary>
public sealed class DatabaseInfo
{
    /// <summary>Always 1: there is one row.</summary>
    public int Id { get; init; } = 1;

    /// <summary>Names this database's history; it changes when a backup is restored, and all that clients cached is void.</summary>
    public required string Epoch { get; init; }
}

internal sealed class DatabaseInfoTable : IEntityTypeConfiguration<DatabaseInfo>
{
    public void Configure(EntityTypeBuilder<DatabaseInfo> builder)
    {
        builder.ToTable("database_info");
        builder.HasKey(info => info.Id);
        builder.Property(info => info.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(info => info.Epoch).HasColumnName("epoch");
    }
}
