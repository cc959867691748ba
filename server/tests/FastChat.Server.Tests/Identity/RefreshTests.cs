using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class RefreshTests : IDisposable
{
    private readonly IdentityFixture identity = new();

    public void Dispose() => identity.Dispose();

    [Fact]
    public async Task ID6_each_successor_is_good_once_it_is_handed_out()
    {
        var session = await identity.SignInAsync();
        var token = session.RefreshToken;
        for (var i = 0; i < 40; i++)
        {
            identity.Time.Advance(TimeSpan.FromMinutes(10));
            var refreshed = (await RefreshAsync(token)).Value;
            Assert.Equal(session.SessionId, identity.Tokens.Verify(refreshed.AccessToken).Value.SessionId);
            token = refreshed.RefreshToken;
        }
    }

    [Fact]
    public async Task ID6_a_replay_long_after_a_lost_answer_gets_a_sibling_that_goes_on()
    {
        var session = await identity.SignInAsync();
        await AssertServedAsync(session.RefreshToken);
        identity.Time.Advance(TimeSpan.FromDays(3));
        var sibling = await AssertServedAsync(session.RefreshToken);
        identity.Time.Advance(TimeSpan.FromDays(3));
        await AssertServedAsync(await AssertServedAsync(sibling));
    }

    [Fact]
    public async Task ID6_up_to_ten_seconds_after_its_successor_was_used_the_old_token_still_goes_on()
    {
        var session = await identity.SignInAsync();
        var successor = await AssertServedAsync(session.RefreshToken);
        await AssertServedAsync(successor);
        identity.Time.Advance(TimeSpan.FromSeconds(10));
        var late = await AssertServedAsync(session.RefreshToken);
        identity.Time.Advance(TimeSpan.FromMinutes(10));
        await AssertServedAsync(late);
    }

    [Fact]
    public async Task ID6_a_replay_after_ten_seconds_revokes_the_session()
    {
        var session = await identity.SignInAsync();
        var successor = await AssertServedAsync(session.RefreshToken);
        var current = await AssertServedAsync(successor);
        identity.Time.Advance(TimeSpan.FromSeconds(10.001));
        await AssertRefusedAsync(session.RefreshToken);
        await AssertRefusedAsync(current);
        Assert.Contains(new SessionRevokedHint(session.SessionId), identity.Hints);
        Assert.Equal(ErrorCode.Unauthorized, identity.Tokens.Verify(session.AccessToken).Refusal?.Code);
    }

    [Fact]
    public async Task ID6_an_unused_sibling_is_served_for_ten_seconds_and_then_revokes_the_session()
    {
        var session = await identity.SignInAsync();
        var used = await AssertServedAsync(session.RefreshToken);
        var unused = await AssertServedAsync(session.RefreshToken);
        var third = await AssertServedAsync(session.RefreshToken);
        var current = await AssertServedAsync(used);
        identity.Time.Advance(TimeSpan.FromSeconds(9));
        await AssertServedAsync(unused);
        identity.Time.Advance(TimeSpan.FromSeconds(2));
        await AssertRefusedAsync(third);
        await AssertRefusedAsync(current);
    }

    [Fact]
    public async Task ID6_a_sibling_that_was_used_itself_may_come_again_until_its_successor_is_used()
    {
        var session = await identity.SignInAsync();
        var successor = await AssertServedAsync(session.RefreshToken);
        await AssertServedAsync(successor);
        identity.Time.Advance(TimeSpan.FromDays(1));
        await AssertServedAsync(await AssertServedAsync(successor));
    }

    [Fact]
    public async Task ID6_unknown_and_expired_tokens_and_those_of_revoked_sessions_are_refused()
    {
        var session = await identity.SignInAsync();
        await AssertRefusedAsync(string.Empty);
        await AssertRefusedAsync("unknown");
        await AssertRefusedAsync(RefreshToken.NewSecret());
        Assert.True(await identity.Sessions.RevokeAsync(session.User.UserId, session.SessionId, default));
        await AssertRefusedAsync(session.RefreshToken);

        var other = await identity.SignInAsync();
        identity.Time.Advance(TimeSpan.FromDays(400));
        await AssertRefusedAsync(other.RefreshToken);
    }

    [Fact]
    public async Task ID6_a_program_that_never_uses_the_successor_leaves_only_a_few_tokens_behind()
    {
        var session = await identity.SignInAsync();
        for (var i = 0; i < 50; i++)
        {
            identity.Time.Advance(TimeSpan.FromMinutes(10));
            await AssertServedAsync(session.RefreshToken);
        }

        Assert.Equal(17, await CountTokensAsync());
    }

    [Fact]
    public async Task ID6_used_tokens_are_kept_for_thirty_days_to_know_them_again()
    {
        var token = (await identity.SignInAsync()).RefreshToken;
        for (var i = 0; i < 100; i++)
        {
            identity.Time.Advance(TimeSpan.FromDays(1));
            token = await AssertServedAsync(token);
        }

        Assert.InRange(await CountTokensAsync(), 31, 31 + 17);
    }

    private Task<Outcome<Refreshed>> RefreshAsync(string token) => identity.Refresh.RefreshAsync(token, CancellationToken.None);

    private async Task<string> AssertServedAsync(string token) => (await RefreshAsync(token)).Value.RefreshToken;

    private async Task AssertRefusedAsync(string token) => Assert.Equal(ErrorCode.Unauthorized, (await RefreshAsync(token)).Refusal?.Code);

    private Task<int> CountTokensAsync() =>
        identity.Database.ReadAsync((context, cancellation) => context.Set<RefreshToken>().CountAsync(cancellation), CancellationToken.None);
}
