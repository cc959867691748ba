using FastChat.Server.Presence;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Presence;

public sealed class PresencePacerTests
{
    [Fact]
    public async Task PR6_the_pacer_shows_what_is_due_and_sleeps_while_nothing_is()
    {
        var presence = new PresenceFixture();
        var crowd = presence.Crowd(1, 2);
        var output = new NotedOutput();
        presence.Broadcaster.Add(PresenceFixture.User(1), output);
        output.Take();
        using var pacer = new PresencePacer(presence.Broadcaster, presence.Time, NullLogger<PresencePacer>.Instance);
        await pacer.StartAsync(default);
        Assert.Equal(0, presence.Time.ActiveTimers);

        await Settle.UntilAsync(() =>
        {
            presence.Tracker.StatusChanged(crowd[PresenceFixture.User(2)], PresenceFixture.User(2), isAway: false);
            presence.Tracker.StatusChanged(crowd[PresenceFixture.User(2)], PresenceFixture.User(2), isAway: true);
            return presence.Time.ActiveTimers == 1;
        });
        Assert.Empty(output.Take());
        await Settle.UntilAsync(() =>
        {
            presence.Time.AdvanceWhileAwaited(TimeSpan.FromMilliseconds(20));
            return output.Frames.Count > 0;
        });
        Assert.Equal(["changes complete 2: User 2 away"], output.Take());
        Assert.True(presence.Time.GetElapsedTime(0) >= TimeSpan.FromSeconds(1));
        await Settle.UntilAsync(() => presence.Time.ActiveTimers == 0);
        await pacer.StopAsync(default).WithinLimitAsync();
    }

    [Fact]
    public async Task PR3_the_reaper_lets_those_go_whose_grace_is_over()
    {
        var presence = new PresenceFixture();
        var crowd = presence.Crowd(1, 1);
        using var reaper = new PresenceReaper(presence.Tracker, presence.Time);
        await reaper.StartAsync(default);
        await Settle.UntilAsync(() => presence.Time.ActiveTimers == 1);
        presence.Tracker.Gone(crowd[PresenceFixture.User(1)], PresenceFixture.User(1), grace: true);
        presence.Time.Advance(TimeSpan.FromSeconds(2.75));
        Assert.Equal(1, presence.Tracker.OnlineCount);
        await Settle.UntilAsync(() =>
        {
            presence.Time.Advance(TimeSpan.FromMilliseconds(250));
            return presence.Tracker.OnlineCount == 0;
        });
        await reaper.StopAsync(default).WithinLimitAsync();
    }
}
