using System.Security.Claims;

namespace FastChat.Server.Rest;

/// <summary>Who calls: from the access token alone (ID1), never from a path, query or body.</summary>
/// <param name="UserId">The user.</param>
/// <param name="SessionId">The session whose token was shown.</param>
public readonly record struct Caller(Guid UserId, Guid SessionId)
{
    /// <summary>The claim types that the authentication handler fills.</summary>
    public const string UserClaim = "sub";

    /// <inheritdoc cref="UserClaim"/>
    public const string SessionClaim = "sid";

    /// <summary>The caller of an endpoint that requires authorization.</summary>
    public static Caller Of(HttpContext context) => new(
        Guid.Parse(context.User.FindFirstValue(UserClaim)!),
        Guid.Parse(context.User.FindFirstValue(SessionClaim)!));
}
