using FastChat.Faults.Clients;
using Microsoft.Data.Sqlite;

namespace FastChat.EndToEndTests.Faults;

/// <summary>Another process, such as a backup tool, holds the write lock of the database file.</summary>
[Trait("Database", "SQLite")]
public sealed class LockedDatabaseTests
{
    [Fact]
    public async Task CH1_GW3_while_another_process_holds_the_database_senders_are_told_and_work_goes_on_after()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        server.MayComplain = true;
        await using var crowd = await Crowd.GatherAsync(server.Root, _ => server.Root, new CrowdSettings { Users = 4, Rate = 30 });
        crowd.StartTyping();
        await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= 100, "messages before");
        await using var probe = await Probe.ConnectAsync(server, crowd.Clients[0].Account, crowd.Clients[1].Account);

        await using (var other = new SqliteConnection($"Data Source={server.DatabaseFile};Pooling=False"))
        {
            await other.OpenAsync();
            await ExecuteAsync(other, "BEGIN EXCLUSIVE");
            await probe.IsUnavailableAsync();
            await probe.IsUnavailableAsync();
            Assert.Equal(200, (await server.Api.With(crowd.Clients[0].Account.AccessToken).GetAsync("/api/chats")).Status);
            await ExecuteAsync(other, "ROLLBACK");
        }

        var before = crowd.Recorder.Acked;
        await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= before + 100, "messages after", TimeSpan.FromSeconds(10));
        var report = await Verdict.AssertKeptAsync(crowd, server.Root);
        Assert.InRange(report.TryAgain, 1, long.MaxValue);
        Assert.All(crowd.Clients, client => Assert.Equal(1, client.Connections));
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own words.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
