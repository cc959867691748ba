using System.Text.Json;

namespace FastChat.Protocol;

/// <summary>Reads a client's frame in the contract's order of refusals: JSON, then type, then members.</summary>
public static class ClientFrameParser
{
    /// <summary>The longest <c>ref</c>, in Unicode scalar values.</summary>
    public const int MaxRefLength = 64;

    /// <summary>The most users one <c>WATCH</c> may name.</summary>
    public const int MaxWatched = 500;

    private const int MaxClientLength = 256;

    /// <summary>Parses one text frame's bytes. Never throws on hostile input.</summary>
    public static ParsedFrame Parse(ReadOnlyMemory<byte> utf8)
    {
        if (!JsonMembers.Read(utf8).TryGet(out var members, out var refusal))
        {
            return new ParsedFrame(null, null, refusal, null, null);
        }

        var type = members.TryGet("type", out var typeMember) && typeMember.TryGetString(out var text) ? text : null;
        var reference = ReadRef(members, out var refusedRef);
        Guid? messageId = type == "MSG" && members.TryGet("message_id", out var id) && id.TryGetId(out var value) ? value : null;
        if (type is null)
        {
            return new ParsedFrame(null, null, Refusal.Invalid("type", "must be a string that names the frame"), reference, messageId);
        }

        var parsed = ReadMembers(type, members);
        refusal = parsed.Refusal is { Code: ErrorCode.UnknownType } unknown ? unknown : refusedRef ?? parsed.Refusal;
        return refusal is null
            ? new ParsedFrame(type, parsed.Value with { Ref = reference }, null, reference, messageId)
            : new ParsedFrame(type, null, refusal, reference, messageId);
    }

    private static string? ReadRef(JsonMembers members, out Refusal? refusal)
    {
        refusal = null;
        if (!members.TryGet("ref", out var member))
        {
            return null;
        }

        if (member.TryGetString(out var text) && text.EnumerateRunes().Count() <= MaxRefLength)
        {
            return text;
        }

        refusal = Refusal.Invalid("ref", $"must be a string of up to {MaxRefLength} characters");
        return null;
    }

    private static Outcome<ClientFrame> ReadMembers(string type, JsonMembers members) => type switch
    {
        "MSG" => ReadSend(members),
        "READ" => ReadAdvance(members, isRead: true),
        "DELIVERED" => ReadAdvance(members, isRead: false),
        "TYPING" => ReadTyping(members),
        "STATUS" => ReadStatus(members),
        "WATCH" => ReadWatch(members),
        "PING" => new PingFrame(),
        "OPEN_CHAT" => members.TryGet("user_id", out var id) && id.TryGetId(out var userId)
            ? new OpenChatFrame(userId)
            : Refusal.Invalid("user_id", Ids.Allowed),
        "HELLO" => ReadHello(members),
        _ => new Refusal(ErrorCode.UnknownType, "No such `type`; a client sends HELLO, OPEN_CHAT, MSG, READ, DELIVERED, TYPING, STATUS, WATCH or PING."),
    };

    private static Outcome<ClientFrame> ReadHello(JsonMembers members)
    {
        var token = members.TryGet("token", out var tokenMember) && tokenMember.TryGetString(out var text) ? text : null;
        if (!members.TryGet("client", out var client))
        {
            return new HelloFrame(token, null);
        }

        return client.TryGetString(out var name) && name.Length <= MaxClientLength
            ? new HelloFrame(token, name)
            : Refusal.Invalid("client", $"must be a string of up to {MaxClientLength} characters");
    }

    private static Outcome<ClientFrame> ReadSend(JsonMembers members)
    {
        var hasChat = members.TryGet("chat_id", out var chat);
        var hasTo = members.TryGet("to", out var to);
        if (hasChat == hasTo)
        {
            return Refusal.Invalid("chat_id", "or `to` must be given, and only one of them");
        }

        Guid target = default;
        if (!(hasChat ? chat : to).TryGetId(out target))
        {
            return Refusal.Invalid(hasChat ? "chat_id" : "to", Ids.Allowed);
        }

        if (!members.TryGet("message_id", out var id) || !id.TryGetId(out var messageId))
        {
            return Refusal.Invalid("message_id", Ids.Allowed);
        }

        return members.TryGet("content", out var content) && content.TryGetString(out var text)
            ? new SendFrame(hasChat ? target : null, hasTo ? target : null, messageId, text)
            : Refusal.Invalid("content", "must be a string");
    }

    private static Outcome<ClientFrame> ReadAdvance(JsonMembers members, bool isRead)
    {
        if (!members.TryGet("chat_id", out var chat) || !chat.TryGetId(out var chatId))
        {
            return Refusal.Invalid("chat_id", Ids.Allowed);
        }

        return members.TryGet("seq", out var member) && member.TryGetInteger(0, long.MaxValue, out var seq)
            ? new AdvanceFrame(isRead, chatId, seq)
            : Refusal.Invalid("seq", "must be an integer of 0 or more");
    }

    private static Outcome<ClientFrame> ReadTyping(JsonMembers members)
    {
        if (!members.TryGet("chat_id", out var chat) || !chat.TryGetId(out var chatId))
        {
            return Refusal.Invalid("chat_id", Ids.Allowed);
        }

        return members.TryGet("is_typing", out var member) && member.TryGetBoolean(out var isTyping)
            ? new TypingSignal(chatId, isTyping)
            : Refusal.Invalid("is_typing", "must be true or false");
    }

    private static Outcome<ClientFrame> ReadStatus(JsonMembers members) =>
        members.TryGet("status", out var member) && member.TryGetString(out var status) && status is "online" or "away"
            ? new StatusFrame(status == "away")
            : Refusal.Invalid("status", "must be `online` or `away`");

    private static Outcome<ClientFrame> ReadWatch(JsonMembers members)
    {
        var refusal = Refusal.Invalid("user_ids", $"must be an array of up to {MaxWatched} ids, each a UUID of 36 characters in lower case");
        if (!members.TryGet("user_ids", out var member) || member.Kind != JsonTokenType.StartArray)
        {
            return refusal;
        }

        var ids = new List<Guid>();
        var reader = new Utf8JsonReader(member.Text.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String || !Ids.TryParse(reader.GetString(), out var id) || ids.Count == MaxWatched)
            {
                return refusal;
            }

            ids.Add(id);
        }

        return new WatchFrame(ids);
    }
}
