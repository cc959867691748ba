namespace FastChat.EndToEndTests.Cluster;

/// <summary>An upgrade without downtime: the first node of the next version migrates while nodes of this one go on (<c>docs/operations.md</c>).</summary>
[Trait("Database", "Own")]
public sealed class NewerSchemaTests
{
    /// <summary>All that the next version may do to a schema that this one still works on, in the one transaction in which a start migrates.</summary>
    private const string Migration =
        """
        BEGIN;
        SELECT pg_advisory_xact_lock(x'4661737443686174'::bigint);
        DO $$ DECLARE name text; BEGIN
          FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename NOT LIKE '\_\_%' LOOP
            EXECUTE format('ALTER TABLE %I ADD COLUMN added_later text NULL, ADD COLUMN counted_later bigint NOT NULL DEFAULT 0', name);
          END LOOP;
        END $$;
        CREATE TABLE reactions (chat_id uuid NOT NULL, seq bigint NOT NULL, user_id uuid NOT NULL REFERENCES users (user_id), PRIMARY KEY (chat_id, seq, user_id));
        CREATE INDEX ix_chat_messages_added_later ON chat_messages (added_later) WHERE added_later IS NOT NULL;
        INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('9999_Future', '99.0.0');
        COMMIT;
        """;

    [Fact]
    public async Task Nodes_go_on_when_a_newer_one_has_migrated_and_only_a_new_start_of_this_version_is_refused()
    {
        var postgres = await PostgresServer.SharedAsync();
        var database = await postgres.CreateDatabaseAsync();
        var settings = Settings.NoLimitsBut(("DATABASE_URL", postgres.Url(database)));
        await using (var one = await ServerProcess.StartAsync(settings))
        await using (var other = await ServerProcess.StartAsync(settings))
        {
            var ada = await Guest.CreateAsync(one);
            var bob = await Guest.CreateAsync(other);
            var chat = await ada.OpenChatAsync(bob);
            await using var mine = await ada.ConnectAsync();
            await using var theirs = await bob.ConnectAsync();

            // Everything is used once before, so that connections hold statements that were prepared for the old columns.
            await UseAllAsync(ada, bob, chat, mine, theirs);
            await postgres.ExecuteAsync(database, Migration);
            await UseAllAsync(ada, bob, chat, mine, theirs);
            await UseAllAsync(bob, ada, chat, theirs, mine);
            Assert.Equal(6, (await ada.HistoryAsync(chat)).Count);

            var (exit, output) = await ServerProcess.StartRefusedAsync(settings, one.Folder);
            Assert.Equal(1, exit);
            Assert.Contains("is newer than this program: it has the schema 9999_Future", output, StringComparison.Ordinal);
            one.AssertCalmLog();
            other.AssertCalmLog();
        }

        await postgres.DropDatabaseAsync(database);
    }

    /// <summary>Signs in, connects, talks, catches up, blocks and leaves, at both nodes.</summary>
    private static async Task UseAllAsync(Guest one, Guest other, string chat, ChatSocket mine, ChatSocket theirs)
    {
        var content = Guest.NewId();
        var ack = await mine.AskAsync(NodePair.Message(chat, content), "MSG_ACK");
        await theirs.ExpectAsync("MSG", frame => frame.Text("content") == content);
        await one.PostMessageAsync(chat, "posted");
        await theirs.ExpectAsync("MSG", frame => frame.Number("seq") == ack.Number("seq") + 1);
        await theirs.SendAsync(new { type = "READ", chat_id = chat, seq = ack.Number("seq") });
        await mine.ExpectAsync("READ", frame => frame.Number("seq") == ack.Number("seq"));

        (await other.Api.PostAsync("/api/sync", new { revs = new Dictionary<string, long>(StringComparer.Ordinal) })).Is(200);
        (await other.Api.GetAsync($"/api/chats/{chat}/changes?after=0")).Is(200);
        (await other.Api.GetAsync("/api/presence/online")).Is(200);
        (await other.Api.GetAsync("/api/sessions")).Is(200);
        (await other.Api.GetAsync("/api/chats")).Is(200);

        var newcomer = await Guest.CreateAsync(one.Server);
        await using var coming = await newcomer.ConnectAsync();
        await theirs.SeesAsync(newcomer, "online");
        await newcomer.OpenChatAsync(other);
        (await other.Api.PostAsync("/api/blocks", new { user_id = newcomer.Id })).Is(201);
        (await other.Api.DeleteAsync($"/api/blocks/{newcomer.Id}")).Is(204);
        (await newcomer.Api.DeleteAsync("/api/sessions/current")).Is(204);
        Assert.Equal(4500, await coming.ExpectCloseAsync());
    }
}
