using FastChat.Server.Presence;
using Xunit;

namespace FastChat.ContractTests;

/// <summary><see cref="IPresenceStore"/>: what a node leaves behind can be dated, and <c>last_seen</c> never goes back.</summary>
public abstract class PresenceStoreContract : DatabaseContract
{
    private static readonly Guid Node = Guid.CreateVersion7();
    private static readonly Guid Successor = Guid.CreateVersion7();

    private IPresenceStore Store => Database.Presence;

    [Fact]
    public async Task PR4_a_dead_node_s_users_were_last_seen_when_it_last_renewed_itself()
    {
        await Store.JoinAsync(Node, At(0), default);
        await SaveAsync(Node, 1, Here(Ann, 1), Here(Ann, 1), Here(Bob, 1, expiresAt: 61));
        await SaveAsync(Node, 7);
        await Database.LetDieAsync(Node);
        await Store.JoinAsync(Successor, At(100), default);
        Assert.Equal([At(7), At(7), TestDatabase.Start], await LastSeenAsync());
    }

    [Fact]
    public async Task Who_had_gone_before_the_node_died_keeps_the_time_of_going()
    {
        await Store.JoinAsync(Node, At(0), default);
        var connection = Here(Ann, 1);
        await SaveAsync(Node, 1, connection, Here(Bob, 1));
        await SaveAsync(Node, 3, connection with { Status = null, LastSeen = At(2) });
        await SaveAsync(Node, 9);
        await Database.LetDieAsync(Node);
        await Store.JoinAsync(Successor, At(100), default);
        Assert.Equal([At(2), At(9), TestDatabase.Start], await LastSeenAsync());
    }

    [Fact]
    public async Task A_dead_node_s_users_are_dated_once()
    {
        await Store.JoinAsync(Node, At(0), default);
        await SaveAsync(Node, 5, Here(Ann, 5));
        await Database.LetDieAsync(Node);
        await Store.JoinAsync(Successor, At(100), default);
        await SaveAsync(Successor, 200);
        await Database.LetDieAsync(Successor);
        await Store.JoinAsync(Guid.CreateVersion7(), At(300), default);
        Assert.Equal(At(5), await Database.LastSeenAsync(Ann));
    }

    [Fact]
    public async Task Saving_never_moves_last_seen_back()
    {
        await Store.JoinAsync(Node, At(0), default);
        await SaveAsync(Node, 10, Here(Ann, 10));
        await SaveAsync(Node, 11, Here(Ann, 4), Here(Ann, 3) with { Status = null });
        Assert.Equal(At(10), await Database.LastSeenAsync(Ann));
        await SaveAsync(Node, 12, Here(Ann, 12));
        Assert.Equal(At(12), await Database.LastSeenAsync(Ann));
    }

    [Fact]
    public async Task Joining_and_leaving_never_move_last_seen_back()
    {
        await Store.JoinAsync(Node, At(0), default);
        await SaveAsync(Node, 1, Here(Ann, 50));
        await Store.LeaveAsync(Node, At(2), default);
        Assert.Equal(At(50), await Database.LastSeenAsync(Ann));
        await Store.JoinAsync(Node, At(3), default);
        await SaveAsync(Node, 4, Here(Ann, 5));
        await Database.LetDieAsync(Node);
        await Store.JoinAsync(Successor, At(100), default);
        Assert.Equal(At(50), await Database.LastSeenAsync(Ann));
    }

    [Fact]
    public async Task A_node_that_leaves_takes_its_users_along_who_were_last_seen_then()
    {
        await Store.JoinAsync(Node, At(0), default);
        var connection = Here(Bob, 1);
        await SaveAsync(Node, 1, Here(Ann, 1), connection);
        await SaveAsync(Node, 2, connection with { Status = null, LastSeen = At(2) });
        await Store.LeaveAsync(Node, At(8), default);
        Assert.Equal([At(8), At(2), TestDatabase.Start], await LastSeenAsync());
        await Store.JoinAsync(Successor, At(100), default);
        Assert.Equal([At(8), At(2), TestDatabase.Start], await LastSeenAsync());
    }

    [Fact]
    public async Task PR2_a_user_with_two_connections_is_here_until_both_have_gone()
    {
        await Store.JoinAsync(Node, At(0), default);
        var (one, other) = (Here(Ann, 1), Here(Ann, 1));
        await SaveAsync(Node, 1, one, other);
        await SaveAsync(Node, 2, one with { Status = null, LastSeen = At(2) });
        await SaveAsync(Node, 3, other with { Status = PresenceStatus.Away, LastSeen = At(3) });
        await Store.LeaveAsync(Node, At(9), default);
        Assert.Equal(At(9), await Database.LastSeenAsync(Ann));
    }

    private static DateTimeOffset At(int seconds) => TestDatabase.Start.AddSeconds(seconds);

    private static PresenceRecord Here(Guid user, int at, int? expiresAt = null) =>
        new(Guid.NewGuid(), user, PresenceStatus.Online, At(at), expiresAt is { } end ? At(end) : null);

    private Task SaveAsync(Guid node, int at, params PresenceRecord[] records) => Store.SaveAsync(node, records, At(at), default);

    private async Task<DateTimeOffset[]> LastSeenAsync() =>
        [await Database.LastSeenAsync(Ann), await Database.LastSeenAsync(Bob), await Database.LastSeenAsync(Eve)];
}
