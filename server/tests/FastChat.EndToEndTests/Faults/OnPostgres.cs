namespace FastChat.EndToEndTests.Faults;

/// <summary>A server without limits on a PostgreSQL of the test's own, which the test may break.</summary>
internal static class OnPostgres
{
    public static async Task<ServerProcess> StartAsync(PostgresServer postgres) =>
        await ServerProcess.StartAsync(Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(await postgres.CreateDatabaseAsync()))));
}
