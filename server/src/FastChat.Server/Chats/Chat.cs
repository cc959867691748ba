using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FastChat.Server.Chats;

/// <summary>A conversation. Its row gives out <c>seq</c> and <c>rev</c>, in the same transaction that uses them.</summary>
public sealed class Chat
{
    /// <summary>The kind of a chat between two users.</summary>
    public const string Direct = "direct";

    public required Guid ChatId { get; init; }

    public required string Kind { get; init; }

    /// <summary>In a direct chat the lesser of its two users' ids, else null.</summary>
    public Guid? DirectLow { get; init; }

    /// <summary>In a direct chat the greater of its two users' ids, else null.</summary>
    public Guid? DirectHigh { get; init; }

    /// <summary>The place of the last message; 0 in an empty chat.</summary>
    public long LastSeq { get; init; }

    /// <summary>Plus one with every durable change.</summary>
    public long Rev { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of the last durable change.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A user in a chat. The positions only move forward, and reading also delivers.</summary>
public sealed class ChatMember
{
    public required Guid ChatId { get; init; }

    public required Guid UserId { get; init; }

    public long DeliveredSeq { get; init; }

    public long ReadSeq { get; init; }

    /// <summary>This user has opened the chat, and so sees it even while it is empty (CH12).</summary>
    public bool Opened { get; init; }

    public DateTimeOffset JoinedAt { get; init; }

    /// <summary>Where the last range of messages hidden from this member begins; 0: none is.</summary>
    public long HiddenFrom { get; init; }

    /// <summary>Where it ends; 0: none is.</summary>
    public long HiddenSeq { get; init; }

    /// <summary>This member has blocked another one.</summary>
    public bool Blocking { get; init; }
}

/// <summary>An entry of a chat at a fixed place.</summary>
public sealed class ChatMessage
{
    public required Guid ChatId { get; init; }

    public required long Seq { get; init; }

    public required Guid MessageId { get; init; }

    public required long Rev { get; init; }

    public required Guid SenderId { get; init; }

    public required string Content { get; init; }

    /// <summary>SHA-256 of what was first sent, as UTF-8; a repeat is compared with it whatever was edited since (CH2).</summary>
    public required byte[] ContentHash { get; init; }

    public required DateTimeOffset SentAt { get; init; }

    public DateTimeOffset? EditedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }
}

internal sealed class ChatTable : IEntityTypeConfiguration<Chat>
{
    public void Configure(EntityTypeBuilder<Chat> builder)
    {
        builder.ToTable("chats");
        builder.HasKey(chat => chat.ChatId);
        builder.Property(chat => chat.ChatId).HasColumnName("chat_id");
        builder.Property(chat => chat.Kind).HasColumnName("kind");
        builder.Property(chat => chat.DirectLow).HasColumnName("direct_low");
        builder.Property(chat => chat.DirectHigh).HasColumnName("direct_high");
        builder.Property(chat => chat.LastSeq).HasColumnName("last_seq");
        builder.Property(chat => chat.Rev).HasColumnName("rev");
        builder.Property(chat => chat.CreatedAt).HasColumnName("created_at");
        builder.Property(chat => chat.UpdatedAt).HasColumnName("updated_at");
    }
}

internal sealed class ChatMemberTable : IEntityTypeConfiguration<ChatMember>
{
    public void Configure(EntityTypeBuilder<ChatMember> builder)
    {
        builder.ToTable("chat_members");
        builder.HasKey(member => new { member.ChatId, member.UserId });
        builder.Property(member => member.ChatId).HasColumnName("chat_id");
        builder.Property(member => member.UserId).HasColumnName("user_id");
        builder.Property(member => member.DeliveredSeq).HasColumnName("delivered_seq");
        builder.Property(member => member.ReadSeq).HasColumnName("read_seq");
        builder.Property(member => member.Opened).HasColumnName("opened");
        builder.Property(member => member.JoinedAt).HasColumnName("joined_at");
        builder.Property(member => member.HiddenFrom).HasColumnName("hidden_from");
        builder.Property(member => member.HiddenSeq).HasColumnName("hidden_seq");
        builder.Property(member => member.Blocking).HasColumnName("blocking");
    }
}

internal sealed class ChatMessageTable : IEntityTypeConfiguration<ChatMessage>
{
    public void Configure(EntityTypeBuilder<ChatMessage> builder)
    {
        builder.ToTable("chat_messages");
        builder.HasKey(message => new { message.ChatId, message.Seq });
        builder.Property(message => message.ChatId).HasColumnName("chat_id");
        builder.Property(message => message.Seq).HasColumnName("seq");
        builder.Property(message => message.MessageId).HasColumnName("message_id");
        builder.Property(message => message.Rev).HasColumnName("rev");
        builder.Property(message => message.SenderId).HasColumnName("sender_id");
        builder.Property(message => message.Content).HasColumnName("content");
        builder.Property(message => message.ContentHash).HasColumnName("content_hash");
        builder.Property(message => message.SentAt).HasColumnName("sent_at");
        builder.Property(message => message.EditedAt).HasColumnName("edited_at");
        builder.Property(message => message.DeletedAt).HasColumnName("deleted_at");
    }
}
