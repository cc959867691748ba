namespace FastChat.Server.Cluster;

/// <summary>Brings the bus between nodes into the server.</summary>
public static class ClusterRegistration
{
    /// <summary>Adds the bus of a single node.</summary>
    public static void AddCluster(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<IBackplane, InProcessBackplane>();
}
