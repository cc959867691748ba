using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace FastChat.Server.Cluster;

/// <summary>
/// Hints as text, a line each, since PostgreSQL's notifications are text and frames are JSON without line breaks. Ids are
/// base64url of their 16 bytes; members are separated by spaces, and the last may hold any. Nodes of two versions may share a bus:
/// a line of a kind that is not known is passed over, and a change of the form gets a new first letter.
/// </summary>
internal static class HintWriter
{
    /// <summary>Adds a hint.</summary>
    public static void Write(ArrayBufferWriter<byte> to, Hint hint)
    {
        switch (hint)
        {
            case FrameHint frame:
                Write(to, frame);
                break;
            case MessageHint message:
                Text(to, string.Create(CultureInfo.InvariantCulture, $"m {Id(message.ChatId)} {message.Rev} {message.Frames.Count}\n"));
                foreach (var frame in message.Frames)
                {
                    Write(to, frame);
                }

                break;
            case ChatOpenedHint opened:
                Text(to, $"o {Id(opened.ChatId)}\n");
                Write(to, opened.Frame);
                break;
            case SessionRevokedHint revoked:
                Text(to, $"s {Id(revoked.SessionId)}\n");
                break;
            case UserRenamedHint renamed:
                Text(to, $"n {Id(renamed.UserId)} {renamed.DisplayName}\n");
                break;
            case BlocksChangedHint blocks:
                Text(to, $"b {Id(blocks.BlockerId)} {Id(blocks.BlockedId)} {Id(blocks.Origin)}\n");
                break;
            case PresenceHint presence:
                Text(to, string.Create(CultureInfo.InvariantCulture, $"p {Id(presence.NodeId)} {presence.Version} {presence.Entries?.Count ?? -1}\n"));
                foreach (var entry in presence.Entries ?? [])
                {
                    Text(to, string.Create(
                        CultureInfo.InvariantCulture, $"e {Id(entry.UserId)} {(int)entry.State} {entry.LastSeen.ToUnixTimeMilliseconds()} {entry.DisplayName}\n"));
                }

                break;
            default:
                throw new ArgumentException($"a {hint.GetType().Name} has no form on the bus", nameof(hint));
        }
    }

    /// <summary>The same hint without what stands in the database too; null if it can't do without.</summary>
    public static Hint? ByReference(Hint hint) => hint switch
    {
        MessageHint message => message with { Frames = [] },
        ChatOpenedHint opened => opened with { Frame = opened.Frame with { Frame = default } },
        PresenceHint presence => presence with { Entries = null },
        _ => null,
    };

    /// <summary>An id as text.</summary>
    public static string Id(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    private static void Write(ArrayBufferWriter<byte> to, FrameHint frame)
    {
        var except = frame.ExceptConnection is { } connection ? Id(connection) : "-";
        var key = frame.Key is { } merge ? $"{merge.Kind}:{Id(merge.ChatId)}:{(merge.UserId == default ? string.Empty : Id(merge.UserId))}" : "-";
        Text(to, $"f {(frame.IsDroppable ? 'd' : '-')} {except} {key} {string.Join(',', frame.UserIds.Select(Id))} ");
        to.Write(frame.Frame.Span);
        to.Write("\n"u8);
    }

    private static void Text(ArrayBufferWriter<byte> to, string text) => Encoding.UTF8.GetBytes(text, to);
}
