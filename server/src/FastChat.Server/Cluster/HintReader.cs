using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace FastChat.Server.Cluster;

/// <summary>Reads what <see cref="HintWriter"/> has written. What can't be read is passed over: it is only a hint.</summary>
internal ref struct HintReader(ReadOnlySpan<byte> lines)
{
    private static readonly long LatestMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private ReadOnlySpan<byte> rest = lines;

    /// <summary>The next hint; null at the end.</summary>
    public Hint? Next()
    {
        while (!rest.IsEmpty)
        {
            if (Read(Line()) is { } hint)
            {
                return hint;
            }
        }

        return null;
    }

    /// <summary>Takes an id off the front; false if there is none.</summary>
    public static bool TryId(ReadOnlySpan<byte> text, out Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length == 22 && Base64Url.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done && written == 16)
        {
            id = new Guid(bytes, bigEndian: true);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>What stands before the next space, which is taken off.</summary>
    public static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf((byte)' ');
        var word = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[(end + 1)..];
        return word;
    }

    private ReadOnlySpan<byte> Line()
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line;
    }

    private Hint? Read(ReadOnlySpan<byte> line)
    {
        var kind = Word(ref line);
        if (kind.Length != 1)
        {
            return null;
        }

        switch (kind[0])
        {
            case (byte)'f':
                return ReadFrame(line);
            case (byte)'m':
                return ReadMessage(line);
            case (byte)'o':
                return TryId(line, out var opened) && NextFrame() is { } frame ? new ChatOpenedHint(opened, frame) : null;
            case (byte)'s':
                return TryId(line, out var session) ? new SessionRevokedHint(session) : null;
            case (byte)'n':
                return TryId(Word(ref line), out var user) ? new UserRenamedHint(user, Encoding.UTF8.GetString(line)) : null;
            case (byte)'b':
                return TryId(Word(ref line), out var blocker) && TryId(Word(ref line), out var blocked) && TryId(line, out var origin)
                    ? new BlocksChangedHint(blocker, blocked, origin)
                    : null;
            case (byte)'p':
                return ReadPresence(line);
            default:
                return null;
        }
    }

    private PresenceHint? ReadPresence(ReadOnlySpan<byte> line)
    {
        if (!TryId(Word(ref line), out var nodeId)
            || !long.TryParse(Word(ref line), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || !int.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
            || count is < -1 or > PresenceHint.MostEntries)
        {
            return null;
        }

        var entries = count < 0 ? null : new List<PresenceEntry>(count);
        for (var i = 0; i < count; i++)
        {
            if (NextEntry() is not { } entry)
            {
                return null;
            }

            entries!.Add(entry);
        }

        return new PresenceHint(nodeId, version, entries);
    }

    private PresenceEntry? NextEntry()
    {
        var line = Line();
        return Word(ref line) is [(byte)'e']
            && TryId(Word(ref line), out var userId)
            && Word(ref line) is [>= (byte)'0' and <= (byte)'2' and var state]
            && long.TryParse(Word(ref line), NumberStyles.None, CultureInfo.InvariantCulture, out var lastSeen)
            && lastSeen <= LatestMs
            ? new PresenceEntry(userId, Encoding.UTF8.GetString(line), (PresenceState)(state - '0'), DateTimeOffset.FromUnixTimeMilliseconds(lastSeen))
            : null;
    }

    private MessageHint? ReadMessage(ReadOnlySpan<byte> line)
    {
        if (!TryId(Word(ref line), out var chatId)
            || !long.TryParse(Word(ref line), NumberStyles.None, CultureInfo.InvariantCulture, out var rev)
            || !int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > 16)
        {
            return null;
        }

        var frames = new FrameHint[count];
        for (var i = 0; i < count; i++)
        {
            if (NextFrame() is not { } frame)
            {
                return null;
            }

            frames[i] = frame;
        }

        return new MessageHint(chatId, rev, frames);
    }

    private FrameHint? NextFrame()
    {
        var line = Line();
        return Word(ref line) is [(byte)'f'] ? ReadFrame(line) : null;
    }

    private static FrameHint? ReadFrame(ReadOnlySpan<byte> line)
    {
        var isDroppable = Word(ref line) is [(byte)'d'];
        Guid? except = TryId(Word(ref line), out var connection) ? connection : null;
        var key = ReadKey(Word(ref line));
        var ids = Word(ref line);
        var users = new List<Guid>((ids.Length / 23) + 1);
        foreach (var range in ids.Split((byte)','))
        {
            if (!TryId(ids[range], out var user))
            {
                return null;
            }

            users.Add(user);
        }

        return new FrameHint(users, line.ToArray(), except) { Key = key, IsDroppable = isDroppable };
    }

    private static MergeKey? ReadKey(ReadOnlySpan<byte> text)
    {
        var first = text.IndexOf((byte)':');
        if (first < 0 || text.Length < first + 24 || !TryId(text.Slice(first + 1, 22), out var chatId))
        {
            return null;
        }

        TryId(text[(first + 24)..], out var userId);
        return new MergeKey(KnownKind(text[..first]), chatId, userId);
    }

    /// <summary>The kinds that there are cost no new string each time.</summary>
    private static string KnownKind(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("MSG"u8) ? "MSG" : kind.SequenceEqual("READ"u8) ? "READ" : kind.SequenceEqual("DELIVERED"u8) ? "DELIVERED" : Encoding.UTF8.GetString(kind);
}
