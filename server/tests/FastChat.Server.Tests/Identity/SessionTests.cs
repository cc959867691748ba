using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class SessionTests : IDisposable
{
    private readonly IdentityFixture identity = new();

    public void Dispose() => identity.Dispose();

    [Fact]
    public async Task ID3_a_revoked_session_is_refused_at_once_and_is_listed_no_more()
    {
        var session = await identity.SignInAsync();
        Assert.False(await identity.Sessions.RevokeAsync(Guid.NewGuid(), session.SessionId, default));
        Assert.True(await identity.Sessions.RevokeAsync(session.User.UserId, session.SessionId, default));
        Assert.False(await identity.Sessions.RevokeAsync(session.User.UserId, session.SessionId, default));
        Assert.Equal(ErrorCode.Unauthorized, identity.Tokens.Verify(session.AccessToken).Refusal?.Code);
        Assert.Empty(await identity.Sessions.ListAsync(session.User.UserId, default));
        Assert.Equal([new SessionRevokedHint(session.SessionId)], identity.Hints);
    }

    [Fact]
    public async Task A_hello_notes_the_client_at_once_and_writes_it_later()
    {
        var session = await identity.SignInAsync();
        identity.Time.Advance(TimeSpan.FromSeconds(30));
        var signedIn = (await identity.Sessions.AuthenticateAsync(session.AccessToken, "my \u0001bot", default)).Value;
        Assert.Equal((session.User.UserId, session.SessionId), (signedIn.User.UserId, signedIn.SessionId));

        var listed = Assert.Single(await identity.Sessions.ListAsync(session.User.UserId, default));
        Assert.Equal(("my bot", identity.Time.GetUtcNow()), (listed.Client, listed.LastSeen));
        Assert.Equal("test", (await StoredAsync()).Client);
        await identity.Activity.WriteAsync(default);
        Assert.Equal("my bot", (await StoredAsync()).Client);
    }

    [Fact]
    public async Task A_session_seen_again_within_a_minute_is_not_written_again()
    {
        var session = await identity.SignInAsync();
        var created = identity.Time.GetUtcNow();
        identity.Time.Advance(TimeSpan.FromSeconds(59));
        await identity.Sessions.AuthenticateAsync(session.AccessToken, null, default);
        await identity.Activity.WriteAsync(default);
        Assert.Equal(created, (await StoredAsync()).LastSeen);
        identity.Time.Advance(TimeSpan.FromSeconds(1));
        await identity.Sessions.AuthenticateAsync(session.AccessToken, null, default);
        await identity.Activity.WriteAsync(default);
        Assert.Equal(identity.Time.GetUtcNow(), (await StoredAsync()).LastSeen);
    }

    [Fact]
    public async Task PR7_a_rename_is_announced_once()
    {
        var session = await identity.SignInAsync();
        var name = DisplayName.Parse("Grace").Value;
        Assert.Equal("Grace", (await identity.Profiles.RenameAsync(session.User.UserId, name, default))?.DisplayName);
        await identity.Profiles.RenameAsync(session.User.UserId, name, default);
        Assert.Equal([new UserRenamedHint(session.User.UserId, "Grace")], identity.Hints);
        Assert.Null(await identity.Profiles.RenameAsync(Guid.NewGuid(), name, default));
    }

    [Fact]
    public void A_client_s_name_is_cut_to_whole_characters()
    {
        Assert.Equal(string.Empty, ClientName.Cut(null));
        Assert.Equal(new string('x', 256), ClientName.Cut(new string('x', 300)));
        Assert.Equal(new string('x', 255), ClientName.Cut(new string('x', 255) + "😀"));
    }

    private Task<Session> StoredAsync() =>
        identity.Database.ReadAsync((context, cancellation) => context.Set<Session>().SingleAsync(cancellation), CancellationToken.None);
}
