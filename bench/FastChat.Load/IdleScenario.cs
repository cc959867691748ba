using System.Diagnostics;

namespace FastChat.Load;

/// <summary>Connections that say <c>HELLO</c> and then nothing: what one costs in memory, and how fast they come.</summary>
internal sealed class IdleScenario(LoadOptions options)
{
    public async Task RunAsync()
    {
        using var http = new HttpClient();
        var before = ProcessUsage.Of(options.ServerPid);
        var clock = Stopwatch.StartNew();
        var clients = new List<Client>(options.Clients);
        foreach (var chunk in Enumerable.Range(0, options.Clients).Chunk(50))
        {
            clients.AddRange(await Task.WhenAll(chunk.Select(_ => Client.ConnectAsync(http, options.Url))));
        }

        var seconds = clock.Elapsed.TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds));
        var after = ProcessUsage.Of(options.ServerPid);
        Console.WriteLine(
            $"{options.Clients} idle connections: {options.Clients / seconds:F0} guests and connects/s, "
            + $"{(after.MemoryKiB - before.MemoryKiB) / (double)options.Clients:F1} KiB each ({before.MemoryKiB / 1024} → {after.MemoryKiB / 1024} MiB)");
        clients.ForEach(client => client.Dispose());
    }
}
