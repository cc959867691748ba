using FastChat.Server.Cluster;
using FastChat.Server.Tests;

namespace FastChat.ContractTests.Cluster;

/// <summary>Waits for so many hints; a bus may bring them a little later.</summary>
internal sealed class Ear(int count)
{
    private readonly Lock gate = new();
    private readonly List<Hint> heard = [];
    private readonly TaskCompletionSource<List<Hint>> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Hear(Hint hint)
    {
        lock (gate)
        {
            heard.Add(hint);
            if (heard.Count == count)
            {
                done.SetResult([.. heard]);
            }
        }
    }

    public Task<List<Hint>> HeardAsync() => done.Task.WithinLimitAsync($"hearing {count} hints");
}
