using System.Globalization;
using FastChat.Protocol;

namespace FastChat.Server.Rest;

/// <summary>
/// Reads query parameters by the contract: not a number where one is due, out of range or given twice is
/// <see cref="ErrorCode.Validation"/>, never clamped. The first refusal is kept; later reads return defaults.
/// </summary>
public sealed class QueryParameters(HttpRequest request)
{
    /// <summary>The first thing that was wrong, if any.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>, or null where it is absent.</summary>
    public long? Integer(string name, long min, long max)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        Refuse(name, $"must be a whole number from {min} to {max}");
        return null;
    }

    /// <summary>A text, or null where it is absent.</summary>
    public string? Text(string name)
    {
        var values = request.Query[name];
        if (values.Count > 1)
        {
            Refuse(name, "must be given once");
        }

        return values.Count == 1 ? values[0] : null;
    }

    /// <summary>Notes a refusal of a parameter, unless an earlier one stands.</summary>
    public void Refuse(string name, string allowed) => Refusal ??= Refusal.Invalid(name, allowed);
}
