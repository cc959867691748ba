using System.Text.Encodings.Web;
using System.Text.Json;
using FastChat.Faults.Audit;

namespace FastChat.Faults.Clients;

/// <summary>The parts of the contract's objects that a client needs to keep up.</summary>
internal static class Wire
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

/// <summary>Any frame of the server; what a frame has not is null.</summary>
internal sealed record ServerFrame(
    string Type, string? ChatId, string? MessageId, long Seq, long Rev, string? SenderId, string? Content, bool Duplicate,
    string? Epoch, string? Code, string? Message, int? RetryAfterMs, int? AfterMs)
{
    public AuditedMessage ToMessage() => new(ChatId!, MessageId!, Seq, Rev, SenderId!, Content!);
}

internal sealed record WireUser(string UserId, string DisplayName);

internal sealed record SessionAnswer(WireUser User, string AccessToken, string RefreshToken);

internal sealed record TokenAnswer(string AccessToken, string RefreshToken);

internal sealed record WireChat(string ChatId, long LastSeq, long Rev);

internal sealed record SyncedChat(WireChat Chat, List<AuditedMessage> Messages, bool Complete);

internal sealed record SyncAnswer(string Epoch, bool Reset, List<SyncedChat> Chats, bool More, string? NextCursor);

internal sealed record ChangesAnswer(List<AuditedMessage> Messages, long Rev, bool More);

internal sealed record HistoryAnswer(List<AuditedMessage> Messages, bool More);
