using System.Collections.Concurrent;
using FastChat.Server.Cluster;

namespace FastChat.Server.Tests.Cluster;

/// <summary>The nodes' rows of a database whose clock a test moves, and which may be away.</summary>
internal sealed class FakeNodes(TimeProvider time) : INodeStore
{
    public ConcurrentDictionary<Guid, (DateTimeOffset RenewedAt, bool IsDead)> Rows { get; } = new();

    /// <summary>Nobody reaches the database.</summary>
    public bool IsAway { get; set; }

    public Task JoinAsync(Guid nodeId, CancellationToken cancellationToken)
    {
        Answer();
        return Rows.TryAdd(nodeId, (time.GetUtcNow(), false)) ? Task.CompletedTask : throw new InvalidOperationException("the node has joined already");
    }

    public Task<TimeSpan?> RenewAsync(Guid nodeId, CancellationToken cancellationToken)
    {
        Answer();
        if (!Rows.TryGetValue(nodeId, out var row) || row.IsDead)
        {
            return Task.FromResult<TimeSpan?>(null);
        }

        Rows[nodeId] = (time.GetUtcNow(), false);
        return Task.FromResult<TimeSpan?>(time.GetUtcNow() - row.RenewedAt);
    }

    public Task<int> MarkDeadAsync(Guid nodeId, TimeSpan lease, CancellationToken cancellationToken)
    {
        Answer();
        var dead = Rows.Where(row => row.Key != nodeId && !row.Value.IsDead && time.GetUtcNow() - row.Value.RenewedAt > lease).ToList();
        dead.ForEach(row => Rows[row.Key] = row.Value with { IsDead = true });
        return Task.FromResult(dead.Count);
    }

    public Task LeaveAsync(Guid nodeId, CancellationToken cancellationToken)
    {
        Answer();
        Rows.TryRemove(nodeId, out _);
        return Task.CompletedTask;
    }

    private void Answer()
    {
        if (IsAway)
        {
            throw new TimeoutException("the database is away");
        }
    }
}
