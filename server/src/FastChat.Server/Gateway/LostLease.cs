using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Hosting;

namespace FastChat.Server.Gateway;

/// <summary>
/// A node that the others declared dead has missed what happened since, and its users count as gone: so its connections end with 1012
/// and their clients come again, here or elsewhere. Until it lives under a new id it is not ready.
/// </summary>
internal sealed class LostLease(NodeLease lease, ConnectionRegistry registry, Readiness readiness)
{
    /// <summary>Acts on what happens to the lease from now on.</summary>
    public void Follow()
    {
        lease.Lost += () =>
        {
            readiness.NoteLease(isLost: true);
            foreach (var connection in registry.All)
            {
                connection.Close(CloseCode.NodeRestarts, "the node begins anew");
            }
        };
        lease.Joined += () => readiness.NoteLease(isLost: false);
    }
}
