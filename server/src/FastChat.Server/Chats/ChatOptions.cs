using System.ComponentModel.DataAnnotations;
using FastChat.Protocol;

namespace FastChat.Server.Chats;

/// <summary>The limits of chats, from the section <c>Limits</c>; 0 switches a limit off.</summary>
public sealed class ChatOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Limits";

    /// <summary>Messages on a page where none is asked for.</summary>
    public const int Page = 100;

    /// <summary>The most messages (chats, users) on a page.</summary>
    public const int PageMax = 200;

    /// <summary>How long a caller without a connection waits for the log, under the 5 s promised; what happens to the request then does not depend on it.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.5);

    internal static readonly Refusal Unanswered = new(
        ErrorCode.Unavailable, "The database does not answer, so it is not known whether this was stored; send it again the same.", TimeSpan.FromSeconds(1));

    /// <summary>The longest content, in Unicode scalar values. Default 4,000.</summary>
    [Range(0, 16_000)]
    public int MessageLength { get; init; } = 4000;

    /// <summary>Messages a minute and user, sustained. Default 60.</summary>
    [Range(0, 1_000_000)]
    public int MessagesPerMinute { get; init; } = 60;

    /// <summary>Messages at once and user. Default 20.</summary>
    [Range(0, 1_000_000)]
    public int MessageBurst { get; init; } = 20;
}
