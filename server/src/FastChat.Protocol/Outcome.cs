using System.Diagnostics.CodeAnalysis;

namespace FastChat.Protocol;

/// <summary>A refusal as a value: what is wrong and what is allowed, in words that may be shown to the caller.</summary>
/// <param name="Code">The wire code.</param>
/// <param name="Message">One sentence; never holds a secret, a token or another user's data.</param>
/// <param name="RetryAfter">When trying again makes sense, where that is known.</param>
public sealed record Refusal(ErrorCode Code, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>The bad member or parameter, where one can be named; it becomes a key of a problem's <c>errors</c>.</summary>
    public string? Member { get; init; }

    /// <summary>A <see cref="ErrorCode.Validation"/> refusal of one member; the sentence begins with the member's name.</summary>
    public static Refusal Invalid(string member, string allowed) =>
        new(ErrorCode.Validation, $"`{member}` {allowed}") { Member = member };
}

/// <summary>Either a value or a <see cref="Refusal"/>. Exceptions are for bugs and outages only.</summary>
public readonly struct Outcome<T>
{
    private readonly T? value;

    private Outcome(T? value, Refusal? refusal)
    {
        this.value = value;
        Refusal = refusal;
    }

    /// <summary>The refusal, or null where there is a value.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none: this is a refusal.</exception>
    public T Value => Refusal is null ? value! : throw new InvalidOperationException("a refusal has no value");

    /// <summary>Takes the outcome apart; true if there is a value.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T result, [NotNullWhen(false)] out Refusal? refusal)
    {
        result = value;
        refusal = Refusal;
        return refusal is null;
    }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}
