using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using Xunit;

namespace FastChat.ContractTests.Postgres;

/// <summary>Several nodes on one database: what they see of each other, and what becomes of one that is declared dead.</summary>
public abstract class NodesContract : DatabaseContract
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly DateTimeOffset At = TestDatabase.Start.AddMinutes(1);

    private readonly Guid one = Guid.CreateVersion7();
    private readonly Guid other = Guid.CreateVersion7();
    private readonly Dictionary<Guid, long> known = [];
    private long writes;

    private INodeStore Nodes => Database.Nodes;

    private IPresenceStore Presence => Database.Presence;

    [Fact]
    public async Task A_node_that_was_declared_dead_finds_out_and_writes_nothing_more()
    {
        await JoinAsync();
        await SaveAsync(one, Online(Ann));
        await Database.LetDieAsync(one, At);
        Assert.Equal(1, await Nodes.MarkDeadAsync(other, Lease, default));
        Assert.False(await Presence.SaveAsync(one, ++writes, [Online(Bob)], default));
        Assert.Null(await Nodes.RenewAsync(one, default));
        var dead = Assert.Single(await Presence.ReadOthersAsync(other, known, default));
        Assert.Equal((one, (DateTimeOffset?)At, 0), (dead.NodeId, dead.DeadSince, dead.Entries.Count));
        Assert.Equal(0, await Nodes.MarkDeadAsync(other, Lease, default));
    }

    [Fact]
    public async Task A_node_joins_beside_those_that_live_and_leaves_them_what_is_theirs()
    {
        await JoinAsync();
        await SaveAsync(one, Online(Ann));
        await Nodes.JoinAsync(Guid.CreateVersion7(), default);
        Assert.NotNull(await Nodes.RenewAsync(one, default));
        Assert.Equal(["Ann Online"], await ReadAsync());
        await Nodes.LeaveAsync(other, default);
        Assert.NotNull(await Nodes.RenewAsync(one, default));
    }

    [Fact]
    public async Task PR4_a_dead_node_s_users_who_are_at_a_living_one_too_are_not_dated()
    {
        await JoinAsync();
        await SaveAsync(one, Online(Ann), Online(Bob));
        await SaveAsync(other, Online(Ann));
        await Database.LetDieAsync(one, At.AddHours(1));
        await Nodes.MarkDeadAsync(other, Lease, default);
        Assert.Equal([At, At.AddHours(1)], [await Database.LastSeenAsync(Ann), await Database.LastSeenAsync(Bob)]);
    }

    [Fact]
    public async Task A_node_that_leaves_dates_nobody_who_is_at_another()
    {
        await JoinAsync();
        await SaveAsync(one, Online(Ann));
        await SaveAsync(other, Online(Ann));
        await Nodes.LeaveAsync(one, default);
        Assert.Equal(At, await Database.LastSeenAsync(Ann));
        Assert.Empty(await Presence.ReadOthersAsync(other, known, default));
    }

    [Fact]
    public async Task Only_what_changed_since_is_read_and_all_rows_of_a_user_count_together()
    {
        await JoinAsync();
        var (tab, second) = (Online(Ann), Online(Ann));
        await SaveAsync(one, tab, second, Online(Bob));
        Assert.Equal(["Ann Online", "Bob Online"], await ReadAsync());
        Assert.Empty(await ReadAsync());
        await SaveAsync(one, tab with { Status = PresenceStatus.Away });
        Assert.Equal(["Ann Online"], await ReadAsync());
        await SaveAsync(one, second with { Status = null });
        Assert.Equal(["Ann Away"], await ReadAsync());
        await SaveAsync(one, tab with { Status = null });
        Assert.Equal(["Ann Gone"], await ReadAsync());
    }

    [Fact]
    public async Task Who_comes_late_reads_all_who_are_there()
    {
        await JoinAsync();
        var tab = Online(Ann);
        await SaveAsync(one, tab, Online(Bob));
        await SaveAsync(one, tab with { Status = null });
        var node = Assert.Single(await Presence.ReadOthersAsync(other, known, default));
        Assert.True(node.IsWhole);
        Assert.Equal([Bob], node.Entries.Where(entry => entry.State == PresenceState.Online).Select(entry => entry.UserId));
    }

    [Fact]
    public async Task Who_has_missed_what_was_given_up_reads_everything()
    {
        await JoinAsync();
        var tab = Online(Ann);
        await SaveAsync(one, tab, Online(Bob));
        await ReadAsync();
        await SaveAsync(one, tab with { Status = null });
        var version = await SaveAsync(one, Online(Eve));
        await Presence.ForgetEndedAsync(one, version - 1, default);
        var node = Assert.Single(await Presence.ReadOthersAsync(other, known, default));
        Assert.True(node.IsWhole);
        Assert.Equal(new[] { Bob, Eve }.Order(), node.Entries.Select(entry => entry.UserId).Order());
        known[one] = version;
        Assert.False(Assert.Single(await Presence.ReadOthersAsync(other, known, default)).IsWhole);
    }

    [Fact]
    public async Task PR7_a_new_name_that_was_noted_is_read_of_those_who_are_nowhere_too()
    {
        await JoinAsync();
        await ReadAsync();
        await SaveAsync(one, PresenceRecord.OfRename(Eve, At));
        var entry = Assert.Single(Assert.Single(await Presence.ReadOthersAsync(other, known, default)).Entries);
        Assert.Equal((Eve, "Eve", PresenceState.Gone, true), (entry.UserId, entry.DisplayName, entry.State, entry.IsRenamed));
    }

    [Fact]
    public async Task A_node_that_dies_while_it_writes_leaves_nothing_behind()
    {
        for (var round = 0; round < 20; round++)
        {
            var node = Guid.CreateVersion7();
            await Nodes.JoinAsync(node, default);
            await Database.LetDieAsync(node, At);
            await Task.WhenAll(Presence.SaveAsync(node, 1, [Online(Ann)], default), Nodes.MarkDeadAsync(other, Lease, default));
            await Nodes.MarkDeadAsync(other, Lease, default);
            Assert.Empty((await Presence.ReadOthersAsync(other, known, default)).SelectMany(dead => dead.Entries));
        }
    }

    [Fact]
    public async Task A_write_that_was_given_up_and_comes_after_a_later_one_changes_nothing()
    {
        await JoinAsync();
        var tab = Online(Ann);
        await SaveAsync(one, tab);
        writes += 2;
        await SaveAsync(one, tab with { Status = null });
        Assert.False(await Presence.SaveAsync(one, writes - 1, [tab, Online(Bob)], default));
        Assert.Equal(["Ann Gone"], await ReadAsync());
    }

    private static PresenceRecord Online(Guid user) => new(Guid.NewGuid(), user, PresenceStatus.Online, At, null);

    private async Task JoinAsync()
    {
        await Nodes.JoinAsync(one, default);
        await Nodes.JoinAsync(other, default);
    }

    private async Task<long> SaveAsync(Guid node, params PresenceRecord[] records)
    {
        Assert.True(await Presence.SaveAsync(node, ++writes, records, default));
        return writes;
    }

    /// <summary>What changed at the first node since the last time, as the other reads it.</summary>
    private async Task<string[]> ReadAsync()
    {
        var node = (await Presence.ReadOthersAsync(other, known, default)).Single(candidate => candidate.NodeId == one);
        known[one] = node.Version;
        return [.. node.Entries.Select(entry => $"{entry.DisplayName} {entry.State}").Order(StringComparer.Ordinal)];
    }
}

public sealed class PostgresNodesTests : NodesContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartAsync();
}

public sealed class PgBouncerNodesTests : NodesContract
{
    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartPooledAsync();
}
