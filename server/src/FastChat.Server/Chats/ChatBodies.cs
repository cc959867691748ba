using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using FastChat.Protocol;

namespace FastChat.Server.Chats;

/// <summary>A page of chats.</summary>
public sealed record ChatListBody(IReadOnlyList<ChatBody> Chats, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor);

/// <summary>A page of history.</summary>
public sealed record HistoryBody(IReadOnlyList<MessageBody> Messages, bool More);

/// <summary>What changed after a revision; <paramref name="Rev"/> is the one up to which this tells everything.</summary>
public sealed record ChangesBody(IReadOnlyList<MessageBody> Messages, long Rev, bool More);

/// <summary>A chat in a catch-up; not <paramref name="Complete"/> means: forget what is cached of it, start from these.</summary>
public sealed record SyncedChat(ChatBody Chat, IReadOnlyList<MessageBody> Messages, bool Complete);

/// <summary>The answer to a catch-up (CL3).</summary>
public sealed record SyncBody(
    string Epoch,
    bool Reset,
    IReadOnlyList<SyncedChat> Chats,
    IReadOnlyList<Guid> Removed,
    bool More,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor);

/// <summary>A user whom the caller has blocked.</summary>
public sealed record BlockBody(Guid UserId, string DisplayName, DateTimeOffset BlockedAt);

/// <summary>Whom the caller has blocked, those blocked last first.</summary>
public sealed record BlockListBody(IReadOnlyList<BlockBody> Blocks);

/// <summary>Where a list of chats goes on: behind this one.</summary>
public readonly record struct ChatCursor(DateTimeOffset UpdatedAt, Guid ChatId)
{
    /// <summary>Opaque to clients.</summary>
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{UpdatedAt.ToUnixTimeMilliseconds()}.{ChatId}"));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out ChatCursor cursor)
    {
        cursor = default;
        if (text.Length > 100 || !Base64Url.IsValid(text))
        {
            return false;
        }

        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || !Ids.TryParse(parts[1], out var id))
        {
            return false;
        }

        cursor = new ChatCursor(DateTimeOffset.FromUnixTimeMilliseconds(ms), id);
        return true;
    }
}

/// <summary>How the answers of this folder are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimestampConverter)])]
[JsonSerializable(typeof(ChatBody))]
[JsonSerializable(typeof(MessageBody))]
[JsonSerializable(typeof(ChatListBody))]
[JsonSerializable(typeof(HistoryBody))]
[JsonSerializable(typeof(ChangesBody))]
[JsonSerializable(typeof(SyncBody))]
[JsonSerializable(typeof(SyncedChat))]
[JsonSerializable(typeof(BlockBody))]
[JsonSerializable(typeof(BlockListBody))]
public sealed partial class ChatJsonContext : JsonSerializerContext;
