using FastChat.Faults.Servers;
using Microsoft.Data.Sqlite;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>Data that the last program of the oldest schema wrote is read and written on by this one, on both databases.</summary>
[Trait("Database", "Own")]
public sealed class OldSchemaTests
{
    private static readonly string Fixtures =
        Path.Combine(PublishedServer.Repository, "server", "tests", "FastChat.EndToEndTests", "Deployment", "Schema0001");

    [Fact]
    public async Task UPGRADE_from_schema_0001_on_SQLite_keeps_everything()
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-e2e-").FullName;
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "old.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = await File.ReadAllTextAsync(Path.Combine(Fixtures, "sqlite.sql"));
            await command.ExecuteNonQueryAsync();

            // A refresh token is good for 400 days, the test for longer.
            command.CommandText = "UPDATE refresh_tokens SET created_at = unixepoch() * 1000";
            await command.ExecuteNonQueryAsync();
        }

        await using var server = await StartAsync($"sqlite:{Path.Combine(folder, "old.db")}", folder);
        await EverythingIsThereAsync(server, "01a2065e-3c06-72c3-b13c-f9520fa817ec", "01a2065e-3b12-7e2b-a9af-2a92a09f7703", "MKzVAWAMtrRCAsvLhH5sUaE89_ZMlh0c-OCqXY4Yloo");
    }

    [Fact]
    public async Task UPGRADE_from_schema_0001_on_PostgreSQL_keeps_everything()
    {
        var postgres = await PostgresServer.SharedAsync();
        var name = await postgres.CreateDatabaseAsync();
        await postgres.ExecuteAsync(name, await File.ReadAllTextAsync(Path.Combine(Fixtures, "postgres.sql")));
        await postgres.ExecuteAsync(name, "UPDATE refresh_tokens SET created_at = date_trunc('milliseconds', now())");
        await using (var server = await StartAsync(postgres.Url(name), folder: null))
        {
            await EverythingIsThereAsync(server, "01a2065e-63c9-75c2-a408-f7cd7f9f0366", "01a2065e-62c1-70de-a1e2-73ab78a5241a", "hOIQ0ZR895l-Zn19a7aUnjVigEkO9pa5FMeRMSwL94E");
        }

        await postgres.DropDatabaseAsync(name);
    }

    private static Task<ServerProcess> StartAsync(string url, string? folder) =>
        ServerProcess.StartAsync(Settings.NoLimitsBut(("DATABASE_URL", url)), folder);

    /// <summary>Bob's browser comes back with what it kept: he is still who he was, and finds what Ada and he wrote.</summary>
    private static async Task EverythingIsThereAsync(ServerProcess server, string chat, string ada, string refreshToken)
    {
        var token = (await server.Api.PostAsync("/api/sessions/refresh", new { refresh_token = refreshToken })).Is(200).Json.Text("access_token");
        var bob = server.Api.With(token);
        Assert.Equal("Bob of old", (await bob.GetAsync("/api/me")).Is(200).Json.Text("display_name"));
        var messages = (await bob.GetAsync($"/api/chats/{chat}/messages")).Is(200).Json.Children("messages");
        Assert.Equal([1L, 2, 3], messages.Select(message => message.Number("seq")));
        Assert.Equal([1, 2, 3], messages.Select(message => int.Parse(message.Text("content")[8..9], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(messages, message => Assert.EndsWith("of old – ünïcödé 👋", message.Text("content"), StringComparison.Ordinal));

        var again = await bob.PostAsync($"/api/chats/{chat}/messages", new { message_id = messages[1].Text("message_id"), content = messages[1].Text("content") });
        Assert.Equal(2, again.Is(200).Json.Number("seq"));
        var next = await bob.PostAsync($"/api/chats/{chat}/messages", new { message_id = Guest.NewId(), content = "After the upgrade" });
        Assert.Equal(4, next.Is(201).Json.Number("seq"));

        // What came with a later schema works on it, too.
        (await bob.PostAsync("/api/blocks", new { user_id = ada })).Is(201);
    }
}
