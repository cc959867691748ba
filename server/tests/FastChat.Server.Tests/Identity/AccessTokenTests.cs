using System.Buffers.Text;
using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class AccessTokenTests : IDisposable
{
    private readonly IdentityFixture identity = new();

    public void Dispose() => identity.Dispose();

    [Fact]
    public async Task ID1_a_token_says_who_calls_until_it_expires()
    {
        var session = await identity.SignInAsync();
        var caller = identity.Tokens.Verify(session.AccessToken).Value;
        Assert.Equal((session.User.UserId, session.SessionId), (caller.UserId, caller.SessionId));
        identity.Time.Advance(AccessTokens.Lifetime);
        Assert.True(identity.Tokens.Verify(session.AccessToken).TryGet(out _, out _));
        identity.Time.Advance(AccessTokens.ClockSkew);
        AssertRefused(session.AccessToken);
    }

    [Fact]
    public async Task ID1_no_change_of_a_token_is_believed()
    {
        var token = (await identity.SignInAsync()).AccessToken;
        for (var i = 0; i < token.Length; i++)
        {
            AssertRefused(token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..]);
            AssertRefused(token[..i]);
        }

        AssertRefused(token + "A");
        AssertRefused(token + " ");
        AssertRefused(" " + token);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("ü.ü.ü")]
    public async Task ID1_what_is_no_token_is_refused(string text)
    {
        await identity.SignInAsync();
        AssertRefused(text);
        AssertRefused(new string('x', 100_000));
    }

    [Fact]
    public async Task ID1_other_algorithms_and_other_keys_are_refused()
    {
        var token = (await identity.SignInAsync()).AccessToken;
        var parts = token.Split('.');
        AssertRefused($"{Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8)}.{parts[1]}.");

        using var other = new IdentityFixture();
        AssertRefused((await other.SignInAsync()).AccessToken);
    }

    [Fact]
    public async Task ID1_many_check_tokens_at_once()
    {
        var session = await identity.SignInAsync();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            Assert.Equal(session.SessionId, identity.Tokens.Verify(session.AccessToken).Value.SessionId));
    }

    [Fact]
    public async Task ID2_the_key_and_recent_revocations_outlive_a_restart()
    {
        var good = await identity.SignInAsync();
        var ended = await identity.SignInAsync();
        await identity.Sessions.RevokeAsync(ended.User.UserId, ended.SessionId, default);

        using var backplane = new IdentityFixture();
        var revoked = new RevokedSessions(backplane.Backplane, identity.Time);
        var tokens = new AccessTokens(revoked, identity.Time);
        await new IdentityStart(identity.Database, tokens, revoked, identity.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<IdentityStart>.Instance)
            .RunAsync(default);
        Assert.True(tokens.Verify(good.AccessToken).TryGet(out _, out _));
        Assert.False(tokens.Verify(ended.AccessToken).TryGet(out _, out _));
    }

    [Fact]
    public async Task ID3_a_session_that_another_node_revoked_is_refused()
    {
        var session = await identity.SignInAsync();
        identity.Backplane.Publish(new SessionRevokedHint(session.SessionId));
        AssertRefused(session.AccessToken);
        Assert.NotNull((await identity.Sessions.AuthenticateAsync(session.AccessToken, null, default)).Refusal);
    }

    private void AssertRefused(string token) => Assert.Equal(ErrorCode.Unauthorized, identity.Tokens.Verify(token).Refusal?.Code);
}
