using Npgsql;

namespace FastChat.ContractTests.Postgres;

/// <summary>Makes the database fail or hang in a commit, depending on the message: "poison" fails, and the first "slow" hangs.</summary>
internal static class CommitTrap
{
    /// <summary>A sequence counts the slow commits, since nothing undoes its steps.</summary>
    private const string Statements =
        """
        CREATE SEQUENCE slow_commits;
        CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.content = 'poison' THEN RAISE EXCEPTION 'a bug'; END IF;
          IF NEW.content = 'slow' AND nextval('slow_commits') = 1 THEN PERFORM pg_advisory_xact_lock(1); END IF;
          RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON chat_messages DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trap();
        """;

    /// <summary>Sets the trap. The slow commit hangs until the result is disposed.</summary>
    public static async Task<IAsyncDisposable> SetAsync(PostgresTestDatabase database)
    {
        var holder = new NpgsqlConnection(database.ConnectionString);
        await holder.OpenAsync();
        await using var command = holder.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = Statements + "SELECT pg_advisory_lock(1);";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return holder;
    }

    /// <summary>Waits until a commit hangs.</summary>
    public static Task HangsAsync(PostgresTestDatabase database) => OnceItHangsAsync(database, "PERFORM");

    /// <summary>Cuts the connection whose commit hangs, as soon as there is one.</summary>
    public static Task CutAsync(PostgresTestDatabase database) => OnceItHangsAsync(database, "PERFORM pg_terminate_backend(pid),");

    private static Task OnceItHangsAsync(PostgresTestDatabase database, string act) => database.ExecuteAsync(
        $"""
        DO $$ BEGIN
          FOR attempt IN 1..25000 LOOP
            {act} pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory';
            IF FOUND THEN RETURN; END IF;
            PERFORM pg_stat_clear_snapshot(), pg_sleep(0.001);
          END LOOP;
          RAISE EXCEPTION 'no commit hangs';
        END $$
        """);
}
