using Microsoft.Data.Sqlite;

namespace FastChat.EndToEndTests.Operations;

/// <summary>Whenever a verb ends before its end, by a signal or without one, a whole database is there: the old one or the new one.</summary>
[Trait("Database", "SQLite")]
public sealed class InterruptionTests
{
    private const int Messages = 10_000;

    /// <summary>When to kill: as soon as a restore is seen to be there.</summary>
    private static readonly (string Moment, Func<VerbProcess, string, int, bool> HasCome)[] Moments =
    [
        ("the start", (_, _, _) => true),
        ("the new file", (_, folder, _) => File.Exists(Path.Combine(folder, "fastchat.db.restoring"))),
        ("the first rows", (restore, _, _) => restore.Output.Contains("chat_members: copied", StringComparison.Ordinal)),
        ("all rows", (restore, _, _) => restore.Output.Contains($"chat_messages: copied {Messages:N0} of", StringComparison.Ordinal)),
        ("the check", (restore, _, _) => restore.Output.Contains("Checking the new content", StringComparison.Ordinal)),
        ("the old file's second name", (_, folder, kept) => Kept(folder) > kept),
        ("the end", (restore, _, _) => restore.Output.Contains("is kept as", StringComparison.Ordinal)),
    ];

    [Fact]
    public async Task OPS_a_restore_that_is_killed_at_any_moment_leaves_the_old_or_the_new_database()
    {
        await using var server = await FilledAsync();
        var backup = Path.Combine(server.Folder, "chat.backup");
        await VerbProcess.DoneAsync(server.DatabaseUrl, "backup", backup);
        var outcomes = new List<bool>();
        foreach (var (moment, hasCome) in Moments)
        {
            var before = Look(server.DatabaseFile);
            var kept = Kept(server.Folder);
            await using var restore = VerbProcess.Start(server.DatabaseUrl, "restore", backup);
            await Eventually.HoldsAsync(() => restore.HasExited || hasCome(restore, server.Folder, kept), moment, Patience.Start);
            restore.Send(Signal.Kill);
            await restore.ExitAsync();
            var after = Look(server.DatabaseFile);
            Assert.Equal(("ok", Messages), (after.Check, after.Messages));
            outcomes.Add(after.Epoch != before.Epoch);
        }

        // The first moment is before anything is built, the last after all is done.
        Assert.Equal((false, true), (outcomes[0], outcomes[^1]));
        await VerbProcess.DoneAsync(server.DatabaseUrl, "restore", backup);
        Assert.DoesNotContain(Directory.GetFiles(server.Folder), file => file.Contains(".restoring", StringComparison.Ordinal));
        await server.StartAgainAsync();
        Assert.Equal(200, await server.Api.StatusAsync("/health/ready"));
    }

    [Theory]
    [InlineData(Signal.Interrupt, 130)]
    [InlineData(Signal.Terminate, 143)]
    public async Task OPS_a_verb_that_is_asked_to_stop_says_so_and_leaves_everything_as_it_was(int signal, int code)
    {
        await using var server = await FilledAsync();
        var (url, backup) = (server.DatabaseUrl, Path.Combine(server.Folder, "chat.backup"));
        await using var saving = VerbProcess.Start(url, "backup", backup);
        await saving.SaidAsync("chat_members: copied");
        saving.Send(signal);
        Assert.Equal(code, await saving.ExitAsync());
        Assert.Contains("interrupted during backup; nothing was changed", saving.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(server.Folder), file => file.Contains("backup", StringComparison.Ordinal));

        await VerbProcess.DoneAsync(url, "backup", backup);
        var before = Look(server.DatabaseFile);
        await using var restoring = VerbProcess.Start(url, "restore", backup);
        await restoring.SaidAsync("chat_members: copied");
        restoring.Send(signal);
        Assert.Equal(code, await restoring.ExitAsync());
        Assert.Equal(before, Look(server.DatabaseFile));
        Assert.DoesNotContain(Directory.GetFiles(server.Folder), file => file.Contains("restor", StringComparison.Ordinal));
    }

    /// <summary>A stopped server whose database holds many messages, made in SQL because that takes a second.</summary>
    private static async Task<ServerProcess> FilledAsync()
    {
        var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        await ada.PostMessageAsync(await ada.OpenChatAsync(bob), "the first");
        await server.TerminateAsync();
        using var connection = Open(server.DatabaseFile, SqliteOpenMode.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            WITH RECURSIVE n (seq) AS (SELECT 2 UNION ALL SELECT seq + 1 FROM n WHERE seq < {Messages})
            INSERT INTO chat_messages (chat_id, seq, message_id, rev, sender_id, content, content_hash, sent_at)
            SELECT m.chat_id, n.seq, randomblob(16), n.seq, m.sender_id, 'message ' || n.seq || hex(randomblob(200)), randomblob(32), m.sent_at + n.seq
            FROM n, (SELECT * FROM chat_messages) m;
            UPDATE chats SET last_seq = {Messages}, rev = {Messages};
            """;
        command.ExecuteNonQuery();
        return server;
    }

    private static int Kept(string folder) => Directory.GetFiles(folder, "*.before-restore-*").Length;

    private static (string Epoch, string Check, long Messages) Look(string file)
    {
        using var connection = Open(file, SqliteOpenMode.ReadOnly);
        return (Ask<string>("SELECT epoch FROM database_info"), Ask<string>("PRAGMA integrity_check"), Ask<long>("SELECT count(*) FROM chat_messages"));

        T Ask<T>(string query)
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
            command.CommandText = query;
#pragma warning restore CA2100
            return (T)command.ExecuteScalar()!;
        }
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
