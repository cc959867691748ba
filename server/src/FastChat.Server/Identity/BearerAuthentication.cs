using System.Security.Claims;
using System.Text.Encodings.Web;
using FastChat.Protocol;
using FastChat.Server.Rest;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Identity;

/// <summary>
/// Reads <c>Authorization: Bearer</c> and answers calls without a good token with 401 as a problem document. It logs
/// nothing: a token that expired is everyday life, and anybody could fill a log with bad ones.
/// </summary>
internal sealed class BearerAuthentication(
    AccessTokens tokens,
    IOptionsMonitor<AuthenticationSchemeOptions> options)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, NullLoggerFactory.Instance, UrlEncoder.Default)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Bearer";

    private const string Prefix = SchemeName + " ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        return Task.FromResult(tokens.Verify(value[Prefix.Length..].Trim()).TryGet(out var caller, out var refusal)
            ? AuthenticateResult.Success(TicketOf(caller))
            : AuthenticateResult.Fail(refusal.Message));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = SchemeName;
        var refusal = new Refusal(ErrorCode.Unauthorized, "A valid access token is needed in `Authorization: Bearer`.");
        return Answers.Problem(refusal).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Answers.Problem(new Refusal(ErrorCode.Forbidden, "This is not allowed.")).ExecuteAsync(Context);

    private static AuthenticationTicket TicketOf(Caller caller)
    {
        var identity = new ClaimsIdentity(
            [new Claim(Caller.UserClaim, caller.UserId.ToString()), new Claim(Caller.SessionClaim, caller.SessionId.ToString())],
            SchemeName);
        return new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName);
    }
}
