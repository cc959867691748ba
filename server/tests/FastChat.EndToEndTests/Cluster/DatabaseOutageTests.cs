namespace FastChat.EndToEndTests.Cluster;

/// <summary>Two nodes whose leases nobody can renew or declare lost, as the database is away.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class DatabaseOutageTests
{
    [Fact]
    public async Task With_the_database_away_for_a_minute_no_connection_is_closed_and_nobody_is_shown_offline()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var settings = Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(await postgres.CreateDatabaseAsync())));
        await using var one = await ServerProcess.StartAsync(settings);
        await using var other = await ServerProcess.StartAsync(settings);
        await using var watching = await (await Guest.CreateAsync(one)).ConnectAsync();
        var guest = await Guest.CreateAsync(other);
        await using var socket = await guest.ConnectAsync();
        await watching.SeesAsync(guest, "online");
        await postgres.StopAsync(PostgresStop.Fast);
        await Task.Delay(TimeSpan.FromSeconds(60));
        await postgres.StartAgainAsync();

        // Longer than a lease and all that follows from one that is lost.
        await watching.UntilQuietAsync(TimeSpan.FromSeconds(16));
        Assert.Equal(["online"], watching.HistoryOf(guest));
        Assert.Equal((null, null), (watching.CloseCode, socket.CloseCode));
        var newcomer = await Guest.CreateAsync(other);
        await using var third = await newcomer.ConnectAsync();
        await watching.SeesAsync(newcomer, "online");
    }
}
