using FastChat.Protocol;
using FastChat.Server.Identity;
using FastChat.Server.Rest;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class LinkTests : IDisposable
{
    private readonly IdentityFixture identity = new();

    public void Dispose() => identity.Dispose();

    [Fact]
    public async Task ID2_a_link_makes_another_session_of_the_same_user()
    {
        var laptop = await identity.SignInAsync();
        var phone = (await identity.Links.UseAsync(await LinkAsync(laptop), "phone", default)).Value;

        Assert.Equal(
            (laptop.User.UserId, laptop.User.DisplayName, laptop.User.Kind), (phone.User.UserId, phone.User.DisplayName, phone.User.Kind));
        Assert.NotEqual(laptop.SessionId, phone.SessionId);
        Assert.Equal(new Caller(laptop.User.UserId, phone.SessionId), identity.Tokens.Verify(phone.AccessToken).Value);
        Assert.Null((await identity.Refresh.RefreshAsync(phone.RefreshToken, default)).Refusal);
        var listed = await identity.Sessions.ListAsync(laptop.User.UserId, default);
        Assert.Equal("phone", Assert.Single(listed, session => session.SessionId == phone.SessionId).Client);
        Assert.Equal(2, listed.Count);
    }

    [Fact]
    public async Task ID2_a_link_is_good_once()
    {
        var laptop = await identity.SignInAsync();
        var link = await LinkAsync(laptop);
        Assert.Null(await RefusalAsync(link));
        Assert.Equal(ErrorCode.Unauthorized, await RefusalAsync(link));
        Assert.Equal(2, (await identity.Sessions.ListAsync(laptop.User.UserId, default)).Count);
    }

    [Fact]
    public async Task ID2_of_many_who_use_a_link_at_once_one_gets_a_session()
    {
        var laptop = await identity.SignInAsync();
        var link = await LinkAsync(laptop);
        var refusals = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => RefusalAsync(link))));
        Assert.Single(refusals, refusal => refusal is null);
        Assert.Equal(15, refusals.Count(refusal => refusal == ErrorCode.Unauthorized));
        Assert.Equal(2, (await identity.Sessions.ListAsync(laptop.User.UserId, default)).Count);
    }

    [Theory]
    [InlineData(299.999, true)]
    [InlineData(300, false)]
    public async Task ID2_a_link_is_good_for_five_minutes(double seconds, bool isGood)
    {
        var link = await LinkAsync(await identity.SignInAsync());
        identity.Time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(isGood ? null : ErrorCode.Unauthorized, await RefusalAsync(link));
    }

    [Fact]
    public async Task ID2_what_is_no_link_is_refused_and_makes_nobody()
    {
        var session = await identity.SignInAsync();
        foreach (var text in new[] { string.Empty, "unknown", session.RefreshToken, session.AccessToken, RefreshToken.NewSecret() })
        {
            Assert.Equal(ErrorCode.Unauthorized, await RefusalAsync(text));
        }

        Assert.Equal(1, await CountAsync<User>());
        Assert.Equal(1, await CountAsync<Session>());
    }

    [Fact]
    public async Task ID6_a_link_is_no_refresh_token_and_only_its_hash_is_stored()
    {
        var link = await LinkAsync(await identity.SignInAsync());
        Assert.Equal(43, link.Length);
        Assert.Equal(ErrorCode.Unauthorized, (await identity.Refresh.RefreshAsync(link, default)).Refusal?.Code);
        var stored = await identity.Database.ReadAsync((context, cancellation) => context.Set<LinkToken>().SingleAsync(cancellation), default);
        Assert.Equal(RefreshToken.HashOf(link), stored.TokenHash);
    }

    [Fact]
    public async Task ID9_a_link_ends_with_the_session_that_made_it_and_not_with_another()
    {
        var laptop = await identity.SignInAsync();
        var phone = (await identity.Links.UseAsync(await LinkAsync(laptop), null, default)).Value;
        var (ofLaptop, ofPhone) = (await LinkAsync(laptop), await LinkAsync(phone));
        Assert.True(await identity.Sessions.RevokeAsync(phone.User.UserId, phone.SessionId, default));
        Assert.Equal(ErrorCode.Unauthorized, await RefusalAsync(ofPhone));
        Assert.Null(await RefusalAsync(ofLaptop));
    }

    [Fact]
    public async Task ID9_a_session_that_has_ended_or_is_not_the_users_makes_no_link()
    {
        var session = await identity.SignInAsync();
        var other = await identity.Sessions.CreateGuestAsync(GuestNames.Next(), null, default);
        var foreign = await identity.Links.CreateAsync(new Caller(other.User.UserId, session.SessionId), default);
        Assert.Equal(ErrorCode.Unauthorized, foreign.Refusal?.Code);

        Assert.True(await identity.Sessions.RevokeAsync(session.User.UserId, session.SessionId, default));
        var late = await identity.Links.CreateAsync(new Caller(session.User.UserId, session.SessionId), default);
        Assert.Equal(ErrorCode.Unauthorized, late.Refusal?.Code);
        Assert.Equal(0, await CountAsync<LinkToken>());
    }

    [Fact]
    public async Task ID9_the_seventeenth_link_makes_the_oldest_void()
    {
        var laptop = await identity.SignInAsync();
        var other = await identity.Sessions.CreateGuestAsync(GuestNames.Next(), null, default);
        var foreign = await LinkAsync(other);
        var links = new List<string>();
        for (var i = 0; i < 17; i++)
        {
            identity.Time.Advance(TimeSpan.FromSeconds(1));
            links.Add(await LinkAsync(laptop));
        }

        Assert.Equal(16 + 1, await CountAsync<LinkToken>());
        Assert.Equal(ErrorCode.Unauthorized, await RefusalAsync(links[0]));
        Assert.Null(await RefusalAsync(links[1]));
        Assert.Null(await RefusalAsync(foreign));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ID9_expired_links_are_forgotten_when_one_is_made_or_tried(bool isMade)
    {
        var session = await identity.SignInAsync();
        await RefusalAsync(await LinkAsync(session));
        await LinkAsync(session);
        identity.Time.Advance(LinkToken.Lifetime);
        Assert.Equal(2, await CountAsync<LinkToken>());
        Task work = isMade ? LinkAsync(session) : RefusalAsync("unknown");
        await work;
        Assert.Equal(isMade ? 1 : 0, await CountAsync<LinkToken>());
    }

    private async Task<string> LinkAsync(NewSession session) =>
        (await identity.Links.CreateAsync(new Caller(session.User.UserId, session.SessionId), CancellationToken.None)).Value;

    private async Task<ErrorCode?> RefusalAsync(string link) => (await identity.Links.UseAsync(link, null, CancellationToken.None)).Refusal?.Code;

    private Task<int> CountAsync<T>()
        where T : class =>
        identity.Database.ReadAsync((context, cancellation) => context.Set<T>().CountAsync(cancellation), CancellationToken.None);
}
