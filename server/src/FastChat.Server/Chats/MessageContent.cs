using FastChat.Protocol;
using FastChat.Server.Text;

namespace FastChat.Server.Chats;

/// <summary>What may stand in a message (CH7).</summary>
public static class MessageContent
{
    /// <summary>Null if <paramref name="content"/> is allowed; it is never changed.</summary>
    /// <param name="content">The text; half surrogate pairs were refused by the JSON reader.</param>
    /// <param name="maxLength">In Unicode scalar values; 0 for no limit but the frame's.</param>
    public static Refusal? Check(string content, int maxLength)
    {
        // A text has at least as many UTF-16 units as scalars, so most need no count.
        if (maxLength > 0 && content.Length > maxLength && content.EnumerateRunes().Count() > maxLength)
        {
            return new Refusal(ErrorCode.TooLarge, $"`content` may have up to {maxLength} characters.") { Member = "content" };
        }

        if (content.Contains('\0', StringComparison.Ordinal))
        {
            return Refusal.Invalid("content", "must not hold U+0000");
        }

        return UnicodeText.IsBlank(content)
            ? Refusal.Invalid("content", "must hold something that can be seen")
            : null;
    }
}
