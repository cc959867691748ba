using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using Xunit;

namespace FastChat.ContractTests;

/// <summary>
/// <see cref="IPresenceStore"/> and <see cref="INodeStore"/>: what a node leaves behind can be dated, and <c>last_seen</c> never goes back.
/// </summary>
public abstract class PresenceStoreContract : DatabaseContract
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly Guid Node = Guid.CreateVersion7();
    private static readonly Guid Successor = Guid.CreateVersion7();

    private long version;

    private INodeStore Nodes => Database.Nodes;

    [Fact]
    public async Task PR4_a_dead_node_s_users_were_last_seen_when_it_last_renewed_itself()
    {
        await Nodes.JoinAsync(Node, default);
        await SaveAsync(Node, Here(Ann, 1), Here(Ann, 1), Here(Bob, 1, expiresAt: 61));
        await Database.LetDieAsync(Node, At(7));
        await SucceedAsync(Successor);
        Assert.Equal([At(7), At(7), TestDatabase.Start], await LastSeenAsync());
    }

    [Fact]
    public async Task Who_had_gone_before_the_node_died_keeps_the_time_of_going()
    {
        await Nodes.JoinAsync(Node, default);
        var connection = Here(Ann, 1);
        await SaveAsync(Node, connection, Here(Bob, 1));
        await SaveAsync(Node, connection with { Status = null, LastSeen = At(2) });
        await Database.LetDieAsync(Node, At(9));
        await SucceedAsync(Successor);
        Assert.Equal([At(2), At(9), TestDatabase.Start], await LastSeenAsync());
    }

    [Fact]
    public async Task A_dead_node_s_users_are_dated_once()
    {
        await Nodes.JoinAsync(Node, default);
        await SaveAsync(Node, Here(Ann, 5));
        await Database.LetDieAsync(Node, At(5));
        await SucceedAsync(Successor);
        await Database.LetDieAsync(Successor, At(200));
        await SucceedAsync(Guid.CreateVersion7());
        Assert.Equal(At(5), await Database.LastSeenAsync(Ann));
    }

    [Fact]
    public async Task Saving_never_moves_last_seen_back()
    {
        await Nodes.JoinAsync(Node, default);
        await SaveAsync(Node, Here(Ann, 10));
        await SaveAsync(Node, Here(Ann, 4), Here(Ann, 3) with { Status = null });
        Assert.Equal(At(10), await Database.LastSeenAsync(Ann));
        await SaveAsync(Node, Here(Ann, 12));
        Assert.Equal(At(12), await Database.LastSeenAsync(Ann));
    }

    [Fact]
    public async Task A_node_s_end_never_moves_last_seen_back()
    {
        await Nodes.JoinAsync(Node, default);
        await SaveAsync(Node, Here(Ann, 50));
        await Database.LetDieAsync(Node, At(4));
        await SucceedAsync(Successor);
        Assert.Equal(At(50), await Database.LastSeenAsync(Ann));
        var future = TimeProvider.System.GetUtcNow().AddDays(1);
        future = DateTimeOffset.FromUnixTimeMilliseconds(future.ToUnixTimeMilliseconds());
        await SaveAsync(Successor, Here(Bob, 1) with { LastSeen = future });
        await Nodes.LeaveAsync(Successor, default);
        Assert.Equal(future, await Database.LastSeenAsync(Bob));
    }

    [Fact]
    public async Task A_node_that_leaves_takes_its_users_along_who_were_last_seen_then()
    {
        await Nodes.JoinAsync(Node, default);
        var connection = Here(Bob, 1);
        await SaveAsync(Node, Here(Ann, 1), connection);
        await SaveAsync(Node, connection with { Status = null, LastSeen = At(2) });
        var before = TimeProvider.System.GetUtcNow();
        await Nodes.LeaveAsync(Node, default);
        var after = TimeProvider.System.GetUtcNow();
        var left = await LastSeenAsync();

        // Times are stored in whole milliseconds.
        Assert.InRange(left[0], before.AddMilliseconds(-1), after.AddMilliseconds(1));
        Assert.Equal([At(2), TestDatabase.Start], left[1..]);
        await SucceedAsync(Successor);
        Assert.Equal(left, await LastSeenAsync());
    }

    [Fact]
    public async Task PR2_a_user_with_two_connections_is_here_until_both_have_gone()
    {
        await Nodes.JoinAsync(Node, default);
        var (one, other) = (Here(Ann, 1), Here(Ann, 1));
        await SaveAsync(Node, one, other);
        await SaveAsync(Node, one with { Status = null, LastSeen = At(2) });
        await SaveAsync(Node, other with { Status = PresenceStatus.Away, LastSeen = At(3) });
        await Database.LetDieAsync(Node, At(9));
        await SucceedAsync(Successor);
        Assert.Equal(At(9), await Database.LastSeenAsync(Ann));
    }

    [Fact]
    public async Task A_lease_that_merely_lapsed_is_renewed()
    {
        await Nodes.JoinAsync(Node, default);
        await Database.LetDieAsync(Node, At(0));
        Assert.NotNull(await Nodes.RenewAsync(Node, default));
        Assert.Equal(0, await Nodes.MarkDeadAsync(Guid.CreateVersion7(), Lease, default));
        Assert.NotNull(await Nodes.RenewAsync(Node, default));
    }

    [Fact]
    public async Task A_new_name_that_is_noted_is_no_sign_of_life()
    {
        await Nodes.JoinAsync(Node, default);
        await SaveAsync(Node, PresenceRecord.OfRename(Ann, At(5)));
        await Database.LetDieAsync(Node, At(9));
        await SucceedAsync(Successor);
        Assert.Equal(TestDatabase.Start, await Database.LastSeenAsync(Ann));
    }

    private static DateTimeOffset At(int seconds) => TestDatabase.Start.AddSeconds(seconds);

    private static PresenceRecord Here(Guid user, int at, int? expiresAt = null) =>
        new(Guid.NewGuid(), user, PresenceStatus.Online, At(at), expiresAt is { } end ? At(end) : null);

    private async Task SaveAsync(Guid node, params PresenceRecord[] records) =>
        Assert.True(await Database.Presence.SaveAsync(node, ++version, records, default));

    private async Task SucceedAsync(Guid node)
    {
        await Nodes.JoinAsync(node, default);
        await Nodes.MarkDeadAsync(node, Lease, default);
    }

    private async Task<DateTimeOffset[]> LastSeenAsync() =>
        [await Database.LastSeenAsync(Ann), await Database.LastSeenAsync(Bob), await Database.LastSeenAsync(Eve)];
}
