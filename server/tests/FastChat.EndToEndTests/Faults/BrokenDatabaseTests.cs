using FastChat.Faults.Clients;

namespace FastChat.EndToEndTests.Faults;

/// <summary>PostgreSQL crashes or hangs under load: senders are told so, sockets stay, and no promise is broken.</summary>
[Trait("Database", "Own")]
public sealed class BrokenDatabaseTests
{
    private const int Rounds = 3;

    public enum Outage
    {
        Killed,
        Hung,
    }

    [Theory]
    [InlineData(Outage.Killed)]
    [InlineData(Outage.Hung)]
    public async Task CH1_CH2_CH3_through_outages_of_the_database_nothing_is_lost_doubled_or_out_of_order(Outage outage)
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var server = await OnPostgres.StartAsync(postgres);
        server.MayComplain = true;
        await using var crowd = await Crowd.GatherAsync(server.Root, _ => server.Root);
        crowd.StartTyping();

        for (var round = 0; round < Rounds; round++)
        {
            var before = crowd.Recorder.Acked;
            await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= before + 100, "a hundred more messages");
            await HappenAsync(postgres, outage, crowd);
        }

        var report = await Verdict.AssertKeptAsync(crowd, server.Root);
        Assert.InRange(report.Acked, Rounds * 100, long.MaxValue);
        Assert.All(crowd.Clients, client => Assert.Equal(1, client.Connections));
    }

    private static async Task HappenAsync(PostgresServer postgres, Outage outage, Crowd crowd)
    {
        if (outage == Outage.Killed)
        {
            await postgres.KillAsync();
            await postgres.StartAgainAsync();
            return;
        }

        var before = crowd.Recorder.TryAgain;
        postgres.Pause();
        await Eventually.HoldsAsync(() => crowd.Recorder.TryAgain > before, "being told that the database hangs");
        postgres.Resume();
    }
}
