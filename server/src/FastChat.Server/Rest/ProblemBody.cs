using System.Text.Json.Serialization;
using FastChat.Protocol;

namespace FastChat.Server.Rest;

/// <summary>A refusal as RFC 9457 <c>application/problem+json</c> writes it.</summary>
public sealed record ProblemBody
{
    public string Type { get; init; } = "about:blank";

    public required string Title { get; init; }

    public required int Status { get; init; }

    public required string Detail { get; init; }

    /// <summary>The contract's code, for example <c>VALIDATION</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What is wrong, by member, where members can be named.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public long? RetryAfterMs { get; init; }

    /// <summary>The document for a refusal, with the status of its code or a more telling one.</summary>
    public static ProblemBody From(Refusal refusal, int status)
    {
        return new ProblemBody
        {
            Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = refusal.Message,
            Code = refusal.Code.ToWire(),
            Errors = refusal.Member is { } member ? new Dictionary<string, string[]>(StringComparer.Ordinal) { [member] = [refusal.Message] } : null,
            RetryAfterMs = refusal.RetryAfter is { } wait ? (long)Math.Ceiling(wait.TotalMilliseconds) : null,
        };
    }
}

/// <summary>How problem documents are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemBody))]
public sealed partial class ProblemJsonContext : JsonSerializerContext;
