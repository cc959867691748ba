using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Security;

/// <summary>Tokens that this server has not signed, or not for this, shown to both doors: a call and a HELLO.</summary>
public sealed class ForgedTokenTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task ATTACK_forged_tokens_open_no_door()
    {
        var ada = await Guest.CreateAsync(Server);
        foreach (var (what, token) in Forged(ada.Token))
        {
            await AssertRefusedAsync(Server, what, token);
        }

        (await ada.Api.GetAsync("/api/me")).Is(200);
    }

    [Fact]
    public async Task ATTACK_another_servers_token_opens_no_door()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var other = await ServerProcess.StartAsync();
        var eve = await Guest.CreateAsync(other);

        await AssertRefusedAsync(Server, "another server's", eve.Token);
        await AssertRefusedAsync(other, "another server's", ada.Token);
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = eve.RefreshToken })).IsProblem(401, "UNAUTHORIZED");
        var link = (await eve.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");
        (await Server.Api.PostAsync("/api/sessions", new { link_token = link })).IsProblem(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task ATTACK_a_token_is_good_for_one_thing_only()
    {
        var ada = await Guest.CreateAsync(Server);
        var link = (await ada.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");

        foreach (var (what, token) in new[] { ("a refresh token", ada.RefreshToken), ("a link", link) })
        {
            await AssertRefusedAsync(Server, what, token);
        }

        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = ada.Token })).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = link })).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/sessions", new { link_token = ada.RefreshToken })).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.GetAsync($"/api/me?access_token={ada.Token}&token={ada.Token}")).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.GetAsync("/api/me", ("Cookie", $"access_token={ada.Token}; fastchat_refresh={ada.RefreshToken}"))).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.GetAsync("/api/me", ("Authorization", $"Basic {ada.Token}"))).IsProblem(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task ATTACK_what_was_signed_out_or_used_is_not_good_again()
    {
        var ada = await Guest.CreateAsync(Server);
        var other = await ada.OnAnotherDeviceAsync();
        var link = (await other.Api.PostAsync("/api/sessions/link", new { })).Is(201).Json.Text("link_token");
        (await Server.Api.PostAsync("/api/sessions", new { link_token = link })).Is(201);
        (await other.Api.DeleteAsync("/api/sessions/current")).Is(204);

        await AssertRefusedAsync(Server, "a signed-out session's", other.Token);
        (await Server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = other.RefreshToken })).IsProblem(401, "UNAUTHORIZED");
        (await Server.Api.PostAsync("/api/sessions", new { link_token = link })).IsProblem(401, "UNAUTHORIZED");
    }

    /// <summary>The usual tricks, on the head and claims of a good token.</summary>
    private static IEnumerable<(string What, string Token)> Forged(string good)
    {
        var parts = good.Split('.');
        var (head, claims, signature) = (Json.Parse(Decode(parts[0])), Json.Parse(Decode(parts[1])), parts[2]);
        foreach (var none in new[] { "none", "None", "NONE", "nOnE", "" })
        {
            yield return ($"alg {none}", $"{With(head, "alg", none)}.{parts[1]}.");
            yield return ($"alg {none} with the old signature", $"{With(head, "alg", none)}.{parts[1]}.{signature}");
        }

        foreach (var kid in new[] { head.Text("kid"), "", "../../../../dev/null", "/dev/null", "' OR 1=1 --", "' UNION SELECT 'x' --", "https://evil.example/key", "0" })
        {
            var forgedHead = With(head, "kid", kid);
            if (kid != head.Text("kid"))
            {
                yield return ($"kid {kid}", $"{forgedHead}.{parts[1]}.{signature}");
            }

            foreach (var secret in new[] { "", "x", "secret", kid })
            {
                var symmetric = With(Json.Parse(Decode(forgedHead)), "alg", "HS256");
                yield return ($"HS256, kid {kid}, secret {secret}", Sign(symmetric, parts[1], input => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), input)));
            }
        }

        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var jwk = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(own.ExportParameters(false).Q.X), ["y"] = Base64Url.EncodeToString(own.ExportParameters(false).Q.Y) };
        foreach (var (name, value) in new (string, JsonNode)[] { ("alg", "ES256"), ("jwk", jwk), ("jku", "https://evil.example/jwks"), ("x5u", "https://evil.example/cert") })
        {
            yield return ($"a key of one's own in {name}", Sign(With(head, name, value), parts[1], input => own.SignData(input, HashAlgorithmName.SHA256)));
        }

        foreach (var (claim, value) in new (string, JsonNode)[] { ("sub", Guest.NewId()), ("sid", Guest.NewId()), ("exp", 4_000_000_000), ("iss", "other") })
        {
            yield return ($"another {claim}", $"{parts[0]}.{With(claims, claim, value)}.{signature}");
        }

        yield return ("a signature of zeros (CVE-2022-21449)", $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[64])}");
        yield return ("no signature", $"{parts[0]}.{parts[1]}");
        yield return ("an empty signature", $"{parts[0]}.{parts[1]}.");
        yield return ("JSON in place of a token", head.ToJsonString());
        yield return ("five parts", $"{good}.{parts[1]}.{signature}");
        yield return ("the padding of the signature", $"{good}==");
        yield return ("white space in the signature", $"{good[..^1]}\t");
    }

    private static async Task AssertRefusedAsync(ServerProcess server, string what, string token)
    {
        var answer = await server.Api.GetAsync("/api/me", ("Authorization", $"Bearer {token}"));
        Assert.True(answer.Status == 401, $"{what}: the call was answered with {answer.Status} {answer.Text}");
        await using var socket = await ChatSocket.ConnectAsync(server.Root);
        await socket.SendAsync(new { type = "HELLO", token });
        Assert.True((await socket.ExpectAsync("ERROR")).Text("code") == "UNAUTHORIZED", what);
        Assert.Equal(4001, await socket.ExpectCloseAsync());
    }

    private static string With(JsonObject part, string member, JsonNode value)
    {
        var changed = part.DeepClone().AsObject();
        changed[member] = value.DeepClone();
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(changed.ToJsonString()));
    }

    private static string Sign(string head, string claims, Func<byte[], byte[]> sign) =>
        $"{head}.{claims}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes($"{head}.{claims}")))}";

    private static string Decode(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));
}
