using System.Text.Json.Serialization;
using FastChat.Protocol;

namespace FastChat.Server.Identity;

/// <summary>What <c>POST /api/sessions</c> takes.</summary>
/// <param name="DisplayName">The guest's name; absent or null: a friendly random one.</param>
/// <param name="LinkToken">A one-time link: the session is one of the user who made it. Not together with <c>display_name</c>.</param>
/// <param name="Refresh"><c>body</c>: the refresh token comes in the answer, and no cookie is set.</param>
internal sealed record CreateSessionRequest(string? DisplayName = null, string? LinkToken = null, string? Refresh = null);

/// <summary>What <c>POST /api/sessions/refresh</c> takes from a program; a browser sends its cookie.</summary>
internal sealed record RefreshRequest(string? RefreshToken = null);

/// <summary>What <c>PATCH /api/me</c> takes.</summary>
internal sealed record RenameRequest(string DisplayName);

/// <summary>A session that was just made.</summary>
/// <param name="User">Who is signed in.</param>
/// <param name="SessionId">The session.</param>
/// <param name="AccessToken">For <c>Authorization: Bearer</c> and <c>HELLO</c>.</param>
/// <param name="ExpiresIn">Seconds for which the access token is good.</param>
/// <param name="RefreshToken">Only where it was asked for in the body.</param>
internal sealed record SessionBody(UserBody User, Guid SessionId, string AccessToken, int ExpiresIn, string? RefreshToken = null);

/// <summary>A one-time link to another device.</summary>
/// <param name="LinkToken">What the other device sends to <c>POST /api/sessions</c>.</param>
/// <param name="ExpiresIn">Seconds for which the link is good.</param>
internal sealed record LinkBody(string LinkToken, int ExpiresIn);

/// <summary>A new access token.</summary>
/// <param name="AccessToken">For <c>Authorization: Bearer</c> and <c>HELLO</c>.</param>
/// <param name="ExpiresIn">Seconds for which the access token is good.</param>
/// <param name="RefreshToken">The successor, where the old one came in the body.</param>
internal sealed record RefreshedBody(string AccessToken, int ExpiresIn, string? RefreshToken = null);

/// <summary>One of the caller's sessions.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastSeen">When it was last used, exact to about a minute.</param>
/// <param name="Client">What the client calls itself; may be empty.</param>
/// <param name="Current">Whether it is the one that asks.</param>
internal sealed record SessionEntryBody(Guid SessionId, DateTimeOffset CreatedAt, DateTimeOffset LastSeen, string Client, bool Current);

/// <summary>The caller's sessions, those used last first.</summary>
internal sealed record SessionListBody(IReadOnlyList<SessionEntryBody> Sessions);

/// <summary>How these bodies are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimestampConverter)])]
[JsonSerializable(typeof(CreateSessionRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(RenameRequest))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(LinkBody))]
[JsonSerializable(typeof(RefreshedBody))]
[JsonSerializable(typeof(SessionListBody))]
[JsonSerializable(typeof(UserBody))]
internal sealed partial class IdentityJsonContext : JsonSerializerContext;
