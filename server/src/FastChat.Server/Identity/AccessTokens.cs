using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FastChat.Protocol;
using FastChat.Server.Rest;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FastChat.Server.Identity;

/// <summary>Makes and checks access tokens: JWTs signed with ES256 that say who calls (ID1).</summary>
public sealed class AccessTokens(RevokedSessions revoked, TimeProvider time)
{
    private const string Issuer = "fastchat";

    /// <summary>A token of ours has about 400 characters; what is longer is not looked at.</summary>
    private const int MaxLength = 1024;

    private const int SignatureBytes = 64;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    internal static readonly Refusal Refused = new(ErrorCode.Unauthorized, "The access token is missing, not valid or expired.");

    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly VerifiedTokens verified = new(time);
    private ECDsa? key;
    private SigningCredentials? credentials;

    /// <summary>How long a token is good.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromSeconds(600);

    /// <summary>How far the clocks of two nodes may be apart.</summary>
    public static TimeSpan ClockSkew { get; } = TimeSpan.FromSeconds(5);

    /// <summary>A token for a session, good for <see cref="Lifetime"/> from now on.</summary>
    public string Issue(Guid userId, Guid sessionId)
    {
        // A token's times are whole seconds.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var token = handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            IssuedAt = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                [Caller.UserClaim] = userId.ToString(),
                [Caller.SessionClaim] = sessionId.ToString(),
            },
            SigningCredentials = credentials ?? throw new InvalidOperationException("no signing key was loaded"),
        });
        verified.Add(token, new VerifiedToken(new Caller(userId, sessionId), now, now + Lifetime));
        return token;
    }

    /// <summary>
    /// Who shows this token, or <see cref="ErrorCode.Unauthorized"/>. Never throws and never waits: it is on the way of
    /// every <c>HELLO</c> and every call.
    /// </summary>
    public Outcome<Caller> Verify(string token) =>
        token.Length <= MaxLength
        && (verified.Find(token) ?? ReadSigned(token)) is { } said
        && said.IsGood(time.GetUtcNow())
        && !revoked.Contains(said.Caller.SessionId)
            ? said.Caller
            : Refused;

    /// <summary>Signs with this key and believes no other; called once, before the first token is issued or checked.</summary>
    internal void Use(SigningKey signingKey)
    {
        var loaded = ECDsa.Create();
        loaded.ImportPkcs8PrivateKey(signingKey.PrivateKey, out _);
        credentials = new SigningCredentials(new ECDsaSecurityKey(loaded) { KeyId = signingKey.KeyId }, SecurityAlgorithms.EcdsaSha256);
        key = loaded;
    }

    /// <summary>
    /// The signature comes first, with the one key and the one algorithm that are ours whatever the header says; so the
    /// parser below sees nothing that we did not write ourselves.
    /// </summary>
    private bool IsSignedByUs(string token)
    {
        var dot = token.LastIndexOf('.');
        if (key is null || dot <= 0)
        {
            return false;
        }

        // White space and padding would pass as valid, and then make the decoder throw.
        var encoded = token.AsSpan(dot + 1);
        Span<byte> signature = stackalloc byte[SignatureBytes];
        if (encoded.ContainsAnyExcept(Alphabet)
            || !Base64Url.IsValid(encoded, out var length)
            || length != SignatureBytes
            || !Base64Url.TryDecodeFromChars(encoded, signature, out _))
        {
            return false;
        }

        // Two spellings of one signature would be two tokens: only the canonical one is ours.
        if (!encoded.SequenceEqual(Base64Url.EncodeToString(signature)))
        {
            return false;
        }

        Span<byte> signed = stackalloc byte[MaxLength];
        return Ascii.FromUtf16(token.AsSpan(0, dot), signed, out var written) == OperationStatus.Done
            && key.VerifyData(signed[..written], signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private VerifiedToken? ReadSigned(string token)
    {
        if (!IsSignedByUs(token) || Read(token) is not { } read)
        {
            return null;
        }

        if (read.IsGood(time.GetUtcNow()))
        {
            verified.Add(token, read);
        }

        return read;
    }

    private VerifiedToken? Read(string token)
    {
        var jwt = new JsonWebToken(token);
        var isOurs = jwt.Alg == SecurityAlgorithms.EcdsaSha256 && jwt.Kid == credentials!.Key.KeyId && jwt.Issuer == Issuer;
        return isOurs
            && Ids.TryParse(jwt.Subject, out var userId)
            && jwt.TryGetPayloadValue<string>(Caller.SessionClaim, out var session)
            && Ids.TryParse(session, out var sessionId)
                ? new VerifiedToken(new Caller(userId, sessionId), new DateTimeOffset(jwt.IssuedAt, TimeSpan.Zero), new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero))
                : null;
    }
}
