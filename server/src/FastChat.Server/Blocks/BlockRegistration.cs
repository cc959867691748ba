namespace FastChat.Server.Blocks;

/// <summary>Brings blocks into the server.</summary>
public static class BlockRegistration
{
    /// <summary>Adds the services; presence adds the <see cref="ILastSeen"/>.</summary>
    public static void AddBlocks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BlockIndex>();
        builder.Services.AddSingleton<BlockUpdates>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<BlockUpdates>());
        builder.Services.AddHostedService<BlockCheck>();
    }
}
