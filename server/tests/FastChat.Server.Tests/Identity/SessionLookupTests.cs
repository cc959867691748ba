using FastChat.Server.Identity;
using FastChat.Server.Rest;
using FastChat.Server.Storage;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class SessionLookupTests : IDisposable
{
    private readonly IdentityFixture identity = new();

    public void Dispose() => identity.Dispose();

    [Fact]
    public async Task Those_who_ask_at_once_each_get_their_own_session_or_none()
    {
        var sessions = new List<NewSession>();
        for (var i = 0; i < 5; i++)
        {
            sessions.Add(await identity.SignInAsync());
        }

        await identity.Sessions.RevokeAsync(sessions[4].User.UserId, sessions[4].SessionId, default);
        var stranger = new Caller(sessions[0].User.UserId, sessions[1].SessionId);
        var asked = sessions.Select(session => new Caller(session.User.UserId, session.SessionId)).Append(stranger).ToList();
        var answers = await Task.WhenAll(asked.Select(caller => identity.Lookup.FindAsync(caller, default))).WithinLimitAsync();
        Assert.Equal(asked.Take(4).Select(caller => caller.UserId), answers.Take(4).Select(answer => answer!.User.UserId));
        Assert.Equal([null, null], answers.Skip(4));
    }

    [Fact]
    public async Task While_the_database_is_away_all_who_ask_are_told_and_the_next_question_is_answered()
    {
        var session = await identity.SignInAsync();
        var caller = new Caller(session.User.UserId, session.SessionId);
        identity.Database.IsAway = true;
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => identity.Lookup.FindAsync(caller, default));
        identity.Database.IsAway = false;
        Assert.Equal(session.SessionId, (await identity.Lookup.FindAsync(caller, default))?.Session.SessionId);
    }

    [Fact]
    public async Task Who_asks_after_the_stop_is_told_so()
    {
        var session = await identity.SignInAsync();
        await identity.Lookup.StopAsync(default).WithinLimitAsync();
        await Assert.ThrowsAsync<DatabaseUnavailableException>(
            () => identity.Lookup.FindAsync(new Caller(session.User.UserId, session.SessionId), default));
    }

    [Fact]
    public async Task A_stop_that_comes_before_the_first_question_was_taken_leaves_nobody_waiting()
    {
        var session = await identity.SignInAsync();
        var caller = new Caller(session.User.UserId, session.SessionId);
        using var lookup = new SessionLookup(identity.Database);
        var asked = lookup.FindAsync(caller, default);
        await lookup.StopAsync(default).WithinLimitAsync();
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => asked.WithinLimitAsync());
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => lookup.FindAsync(caller, default));
    }
}
