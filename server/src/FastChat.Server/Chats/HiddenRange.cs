using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Chats;

/// <summary>
/// Messages of a chat, one behind the other, that are hidden from a member for ever: their senders were blocked by that member
/// when they were sent. A range is as long as can be, so a flood of hidden messages is one row.
/// </summary>
public sealed class HiddenRange
{
    public required Guid ChatId { get; init; }

    public required Guid UserId { get; init; }

    public required long FirstSeq { get; init; }

    public required long LastSeq { get; init; }
}

/// <summary>
/// Where a member who has blocked another stands, as the other is told while the block lasts; none: nowhere. It moves with the
/// member's own messages, since those say that they have read.
/// </summary>
public sealed class HeldPosition
{
    /// <summary>Whose position.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Who is told it.</summary>
    public required Guid ViewerId { get; init; }

    public required Guid ChatId { get; init; }

    public long DeliveredSeq { get; init; }

    public long ReadSeq { get; init; }
}

/// <summary>Table <c>hidden_ranges</c>.</summary>
internal sealed class HiddenRangeTable : IEntityTypeConfiguration<HiddenRange>
{
    public void Configure(EntityTypeBuilder<HiddenRange> builder)
    {
        builder.ToTable("hidden_ranges");
        builder.HasKey(range => new { range.ChatId, range.UserId, range.FirstSeq });
        builder.Property(range => range.ChatId).HasColumnName("chat_id");
        builder.Property(range => range.UserId).HasColumnName("user_id");
        builder.Property(range => range.FirstSeq).HasColumnName("first_seq");
        builder.Property(range => range.LastSeq).HasColumnName("last_seq");
    }
}

/// <summary>Table <c>held_positions</c>.</summary>
internal sealed class HeldPositionTable : IEntityTypeConfiguration<HeldPosition>
{
    public void Configure(EntityTypeBuilder<HeldPosition> builder)
    {
        builder.ToTable("held_positions");
        builder.HasKey(held => new { held.UserId, held.ViewerId, held.ChatId });
        builder.Property(held => held.UserId).HasColumnName("user_id");
        builder.Property(held => held.ViewerId).HasColumnName("viewer_id");
        builder.Property(held => held.ChatId).HasColumnName("chat_id");
        builder.Property(held => held.DeliveredSeq).HasColumnName("delivered_seq");
        builder.Property(held => held.ReadSeq).HasColumnName("read_seq");
    }
}
