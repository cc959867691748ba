using System.ComponentModel.DataAnnotations;

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
