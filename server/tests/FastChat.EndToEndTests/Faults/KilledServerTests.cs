using System.Diagnostics;
using FastChat.Faults.Clients;

namespace FastChat.EndToEndTests.Faults;

public sealed class KilledServerTests
{
    private const int Kills = 3;

    [Fact]
    public async Task CH1_CH2_CH3_through_kills_under_load_nothing_is_lost_doubled_or_out_of_order()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        await using var crowd = await Crowd.GatherAsync(server.Root, _ => server.Root);
        var random = new Random(Seed.Value);
        crowd.StartTyping();

        for (var kill = 0; kill < Kills; kill++)
        {
            var (before, clock) = (crowd.Recorder.Acked, Stopwatch.StartNew());
            var lifetime = TimeSpan.FromSeconds(0.5 + (random.NextDouble() * 2));
            await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= before + 100 && clock.Elapsed >= lifetime, "a hundred more messages");
            await server.KillAsync();
            await server.StartAgainAsync();
        }

        var report = await Verdict.AssertKeptAsync(crowd, server.Root);
        Assert.InRange(report.Acked, Kills * 100, long.MaxValue);
        Assert.All(crowd.Clients, client => Assert.InRange(client.Connections, 2, int.MaxValue));
    }
}
