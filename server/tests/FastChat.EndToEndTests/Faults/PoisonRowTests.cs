using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FastChat.EndToEndTests.Faults;

/// <summary>A row that no reader can make sense of, written past the server: it must not stand in the way of the chat's other messages.</summary>
public sealed class PoisonRowTests
{
    private const string Nobody = "00000000-0000-0000-0000-000000000000";

    private static readonly string[] Poisons =
    [
        "content = x'ff00fe'", "content = 5", "content_hash = ''", "message_id = 'poison' || seq", "message_id = 7 + seq", "sender_id = x'010203'",
        "sent_at = 'yesterday'", "sent_at = 9000000000000000000", "edited_at = -9000000000000000000", "deleted_at = x'00'",
    ];

    [Fact]
    [Trait("Database", "SQLite")]
    public async Task CH3_a_row_that_cannot_be_read_does_not_block_paging_changes_or_sync()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var ada = await Guest.CreateAsync(server);
        var (bobs, chats) = (new List<Guest>(), new List<string>());
        foreach (var _ in Poisons)
        {
            bobs.Add(await Guest.CreateAsync(server));
            chats.Add(await ada.OpenChatAsync(bobs[^1]));
            await Shapes.FillAsync(ada, chats[^1], 5);
        }

        await server.TerminateAsync();
        for (var index = 0; index < Poisons.Length; index++)
        {
            var id = chats[index].Replace("-", "", StringComparison.Ordinal);
            await PoisonAsync(server, $"UPDATE chat_messages SET {Poisons[index]} WHERE chat_id = x'{id}' AND seq IN (3, 5)");
        }

        await server.StartAgainAsync();
        for (var index = 0; index < Poisons.Length; index++)
        {
            await AssertReadableAsync(ada, bobs[index], chats[index]);
        }

        Assert.Equal(Poisons.Length, (await ada.Api.PostAsync("/api/sync", new { })).Is(200).Json.Children("chats").Length);
    }

    [Fact]
    [Trait("Database", "SQLite")]
    public async Task CH2_an_id_that_cannot_be_read_is_told_as_nobodys()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await Shapes.FillAsync(ada, chat, 2);
        await server.TerminateAsync();
        await PoisonAsync(server, "UPDATE chat_messages SET sender_id = 'x', message_id = 'y', sent_at = 9000000000000000000 WHERE seq = 1");
        await server.StartAgainAsync();

        var message = (await bob.HistoryAsync(chat))[0];

        Assert.Equal((Nobody, Nobody, "message 1"), (message.Text("sender_id"), message.Text("message_id"), message.Text("content")));
        Shapes.AssertMessage(message);
    }

    [Fact]
    [Trait("Database", "Own")]
    public async Task CH3_PostgreSQL_does_not_let_a_row_in_that_cannot_be_read()
    {
        var postgres = await PostgresServer.SharedAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(database))));
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await Shapes.FillAsync(ada, chat, 5);

        string[] poisons = ["sent_at = 'infinity'", "sent_at = '-infinity'", "edited_at = '0044-03-15 BC'", "deleted_at = '19999-01-01'", "content = NULL"];
        foreach (var poison in poisons)
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(
                () => postgres.ExecuteAsync(database, $"UPDATE chat_messages SET {poison} WHERE seq IN (3, 5)"));
            Assert.Contains(refused.SqlState, new[] { PostgresErrorCodes.CheckViolation, PostgresErrorCodes.NotNullViolation });
        }

        await postgres.ExecuteAsync(database, "UPDATE chat_messages SET content_hash = '', edited_at = '9999-12-31 23:59:59Z' WHERE seq IN (3, 5)");
        await AssertReadableAsync(ada, bob, chat);
    }

    private static async Task AssertReadableAsync(Guest ada, Guest bob, string chat)
    {
        AssertAll(5, (await bob.Api.GetAsync($"/api/chats/{chat}/messages")).Is(200).Json);
        AssertAll(5, (await bob.Api.GetAsync($"/api/chats/{chat}/changes?after=0")).Is(200).Json);
        AssertAll(5, (await bob.Api.PostAsync("/api/sync", new { })).Is(200).Json.Children("chats").Single());
        Assert.Equal(5, (await bob.Api.GetAsync("/api/chats")).Is(200).Json.Children("chats").Single().Child("last_message").Number("seq"));
        Assert.Equal(6, (await ada.PostMessageAsync(chat, "goes on")).Number("seq"));
        AssertAll(6, (await bob.Api.GetAsync($"/api/chats/{chat}/messages")).Is(200).Json);
    }

    private static void AssertAll(int count, JsonObject answer)
    {
        var messages = answer.Children("messages");
        Assert.Equal(Enumerable.Range(1, count).Select(seq => (long)seq), messages.Select(message => message.Number("seq")));
        Assert.All(messages, Shapes.AssertMessage);
        Assert.Equal(["message 1", "message 2", "message 4"], new[] { messages[0], messages[1], messages[3] }.Select(message => message.Text("content")));
    }

    private static async Task PoisonAsync(ServerProcess server, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={server.DatabaseFile};Pooling=False;Foreign Keys=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own words.
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.InRange(await command.ExecuteNonQueryAsync(), 1, 2);
    }
}
