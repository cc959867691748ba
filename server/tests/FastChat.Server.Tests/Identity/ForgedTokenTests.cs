using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FastChat.Protocol;
using FastChat.Server.Identity;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.Server.Tests.Identity;

/// <summary>Tokens made by one who knows the server's public key, or even got hold of a signature; and those that our own key signed for something else.</summary>
public sealed class ForgedTokenTests : IDisposable
{
    private readonly IdentityFixture identity = new();

    public void Dispose() => identity.Dispose();

    [Fact]
    public async Task ATTACK_HS256_with_the_public_key_as_its_secret_is_refused()
    {
        var (parts, key, signingKey) = await StartAsync();
        using (key)
        {
            var point = key.ExportParameters(false).Q;
            byte[][] secrets =
            [
                key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n"),
                [4, .. point.X!, .. point.Y!], point.X!, Encoding.ASCII.GetBytes(signingKey.KeyId), [],
            ];
            foreach (var (secret, algorithm) in secrets.SelectMany(secret => new[] { (secret, "HS256"), (secret, "HS384"), (secret, "HS512") }))
            {
                AssertRefused(Sign(Head(algorithm, signingKey.KeyId), parts[1], input => algorithm switch
                {
                    "HS256" => HMACSHA256.HashData(secret, input),
                    "HS384" => HMACSHA384.HashData(secret, input),
                    _ => HMACSHA512.HashData(secret, input),
                }));
            }
        }
    }

    [Fact]
    public async Task ATTACK_only_ES256_in_its_canonical_spelling_is_believed_even_from_our_own_key()
    {
        var (parts, key, signingKey) = await StartAsync();
        using (key)
        {
            string Own(string head, Func<byte[], byte[]> sign) => Sign(head, parts[1], sign);
            byte[] Raw(byte[] input) => key.SignData(input, HashAlgorithmName.SHA256);
            Assert.True(identity.Tokens.Verify(Own(Head("ES256", signingKey.KeyId), Raw)).TryGet(out _, out _));

            foreach (var algorithm in new[] { "none", "HS256", "RS256", "ES384", "es256", "" })
            {
                AssertRefused(Own(Head(algorithm, signingKey.KeyId), Raw));
            }

            foreach (var kid in new[] { "", "0", "../../dev/null", "' OR 1=1 --", signingKey.KeyId[1..], signingKey.KeyId.ToUpperInvariant(), signingKey.KeyId + " " })
            {
                // An id without letters is its own capital spelling.
                if (kid == signingKey.KeyId)
                {
                    continue;
                }

                AssertRefused(Own(Head("ES256", kid), Raw));
            }

            AssertRefused(Own(Head("ES256", signingKey.KeyId), input => key.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
            AssertRefused(Own(Head("ES256", signingKey.KeyId), input => key.SignData(input, HashAlgorithmName.SHA384)));
            var good = Own(Head("ES256", signingKey.KeyId), Raw);
            foreach (var end in new[] { "=", "==", "===", " ", "\n", "\t", "A", "AA", "%3D", ".", "\u00ff" })
            {
                AssertRefused(good + end);
                if (good[..^end.Length] + end is var changed && changed != good)
                {
                    AssertRefused(changed);
                }
            }
        }
    }

    [Theory]
    [InlineData("sub", "\"nobody\"")]
    [InlineData("sub", null)]
    [InlineData("sid", "5")]
    [InlineData("sid", null)]
    [InlineData("iss", "\"another server\"")]
    [InlineData("exp", "1")]
    [InlineData("exp", null)]
    [InlineData("iat", "4000000000")]
    public async Task ATTACK_claims_that_are_not_ours_are_refused_even_from_our_own_key(string claim, string? value)
    {
        var (parts, key, signingKey) = await StartAsync();
        using (key)
        {
            var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
            claims.Remove(claim);
            if (value is not null)
            {
                claims[claim] = JsonNode.Parse(value);
            }

            var changed = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()));
            AssertRefused(Sign(Head("ES256", signingKey.KeyId), changed, input => key.SignData(input, HashAlgorithmName.SHA256)));
        }
    }

    private async Task<(string[] Parts, ECDsa Key, SigningKey SigningKey)> StartAsync()
    {
        var token = (await identity.SignInAsync()).AccessToken;
        var signingKey = await identity.Database.ReadAsync((context, cancellation) => context.Set<SigningKey>().SingleAsync(cancellation), default);
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(signingKey.PrivateKey, out _);
        return (token.Split('.'), key, signingKey);
    }

    private static string Head(string algorithm, string kid) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(new JsonObject { ["alg"] = algorithm, ["kid"] = kid, ["typ"] = "JWT" }.ToJsonString()));

    private static string Sign(string head, string claims, Func<byte[], byte[]> sign) =>
        $"{head}.{claims}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes($"{head}.{claims}")))}";

    private void AssertRefused(string token)
    {
        Assert.Equal(ErrorCode.Unauthorized, identity.Tokens.Verify(token).Refusal?.Code);

        // A token is remembered only if it was good: the second look is the same.
        Assert.Equal(ErrorCode.Unauthorized, identity.Tokens.Verify(token).Refusal?.Code);
    }
}
