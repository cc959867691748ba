namespace FastChat.Server.Cluster;

/// <summary>Brings the bus between nodes, and this node's life among them, into the server.</summary>
public static class ClusterRegistration
{
    /// <summary>Adds the lease, which is taken before anything else of the node lives; the database's adaptor adds the <see cref="INodeStore"/>.</summary>
    public static void AddLease(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<NodeLease>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<NodeLease>());
    }

    /// <summary>Adds the bus of a single node.</summary>
    public static void AddCluster(this IHostApplicationBuilder builder)
    {
        BusMetrics.Register();
        builder.Services.AddSingleton<Peers>();
        builder.Services.AddSingleton<IBackplane, InProcessBackplane>();
    }

    /// <summary>Adds a bus between nodes.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="bus">Makes it; called once.</param>
    public static void AddCluster(this IHostApplicationBuilder builder, Func<IServiceProvider, IBus> bus)
    {
        BusMetrics.Register();
        builder.Services.AddSingleton(provider => new Peers(provider.GetRequiredService<TimeProvider>()) { CanExist = true });
        builder.Services.AddSingleton(bus);
        builder.Services.AddSingleton<BusBackplane>();
        builder.Services.AddSingleton<IBackplane>(provider => provider.GetRequiredService<BusBackplane>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<BusBackplane>());
    }
}
