using System.Data.Common;
using FastChat.Faults.Clients;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FastChat.EndToEndTests.Faults;

/// <summary>Another process, such as a backup tool, holds a lock that the server needs for writing.</summary>
public sealed class LockedDatabaseTests
{
    [Fact]
    [Trait("Database", "SQLite")]
    public async Task CH1_GW3_while_another_process_holds_the_file_senders_are_told_and_work_goes_on_after()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        await using var other = new SqliteConnection($"Data Source={server.DatabaseFile};Pooling=False");
        await other.OpenAsync();

        await GoesOnAfterAsync(server, () => ExecuteAsync(other, "BEGIN EXCLUSIVE"), () => ExecuteAsync(other, "ROLLBACK"));
    }

    [Fact]
    [Trait("Database", "Own")]
    public async Task CH1_GW3_while_another_session_holds_the_table_senders_are_told_and_work_goes_on_after()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(database))));
        await using var other = new NpgsqlConnection(postgres.ConnectionString(database));
        await other.OpenAsync();

        await GoesOnAfterAsync(server, () => ExecuteAsync(other, "BEGIN; LOCK TABLE chat_messages IN EXCLUSIVE MODE"), () => ExecuteAsync(other, "ROLLBACK"));
    }

    private static async Task GoesOnAfterAsync(ServerProcess server, Func<Task> hold, Func<Task> release)
    {
        server.MayComplain = true;
        await using var crowd = await Crowd.GatherAsync(server.Root, _ => server.Root, new CrowdSettings { Users = 4, Rate = 30 });
        crowd.StartTyping();
        await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= 100, "messages before");
        await using var probe = await Probe.ConnectAsync(server, crowd.Clients[0].Account, crowd.Clients[1].Account);

        await hold();
        await probe.IsUnavailableAsync();
        await probe.IsUnavailableAsync();
        Assert.Equal(200, (await server.Api.With(crowd.Clients[0].Account.AccessToken).GetAsync("/api/chats")).Status);
        await release();

        var before = crowd.Recorder.Acked;
        await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= before + 100, "messages after");
        var report = await Verdict.AssertKeptAsync(crowd, server.Root);
        Assert.InRange(report.TryAgain, 1, long.MaxValue);
        Assert.All(crowd.Clients, client => Assert.Equal(1, client.Connections));
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own words.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
